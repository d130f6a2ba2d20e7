import uniqBy from 'lodash/uniqBy.js';
import { type Address, isLoopback } from '../net/address.ts';
import type { Frontend, Route, ServicePortPlan } from '../plan/service-plan.ts';
import { type ChainName, type ServiceChainNames, serviceChainNames } from './chain-names.ts';
import type { IptablesOptions } from './iptables-options.ts';
import {
  comment,
  destinationIsLocal,
  destinationPort,
  jump,
  type PacketMatch,
  type Rule,
  rule,
} from './rule-builder.ts';
import { hasFirewallChain } from './service-chains.ts';

/**
 * The chains in which every service port may have rules. Among Services their order does not matter, since
 * no two Services hold the same address and port.
 */
export type DispatchChain =
  | 'nat KUBE-SERVICES'
  | 'nat KUBE-NODEPORTS'
  | 'filter KUBE-SERVICES'
  | 'filter KUBE-EXTERNAL-SERVICES'
  | 'filter KUBE-NODEPORTS'
  | 'filter KUBE-PROXY-FIREWALL';

export const dispatchChains: readonly DispatchChain[] = [
  'nat KUBE-SERVICES',
  'nat KUBE-NODEPORTS',
  'filter KUBE-SERVICES',
  'filter KUBE-EXTERNAL-SERVICES',
  'filter KUBE-NODEPORTS',
  'filter KUBE-PROXY-FIREWALL',
];

export interface DispatchRule {
  readonly chain: DispatchChain;
  readonly rule: Rule;
}

/** The rules of one service port in the dispatch chains. */
export function dispatchRules(plan: ServicePortPlan, options: IptablesOptions): readonly DispatchRule[] {
  const names = serviceChainNames(plan.name, plan.protocol);
  const rules = plan.frontends.flatMap((frontend) =>
    frontend.kind === 'ClusterIP'
      ? clusterIPRules(plan, frontend, names)
      : frontend.kind === 'NodePort'
        ? nodePortRules(plan, frontend.port, names, options)
        : externalAddressRules(plan, frontend, names),
  );
  return [...withoutShadowed(rules), ...healthCheckRules(plan)];
}

/**
 * One address may be an external IP and the load balancer's, too, or the ClusterIP. The first rule that translates it
 * counts, and no packet comes to the others; as a rule that comes alone goes to the top of its chain, they must not be
 * there. A refusal is there once.
 */
function withoutShadowed(rules: readonly DispatchRule[]): readonly DispatchRule[] {
  return uniqBy(rules, ({ chain, rule: text }) =>
    chain === 'nat KUBE-SERVICES'
      ? `${chain} ${text.slice(0, text.indexOf(' -m comment'))}`
      : `${chain} ${text}`,
  );
}

/**
 * The last rules of nat KUBE-SERVICES: what goes to the node itself looks at the node ports.
 * After all others, so that an external IP that is the node's own address wins.
 */
export function nodePortJumps(options: IptablesOptions): readonly Rule[] {
  const about = comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain');
  const target = jump('KUBE-NODEPORTS' as ChainName);
  const { nodePortAddresses, localhostNodePorts, family } = options;
  const localhost = localhostNodePorts && family === 'IPv4';
  if (nodePortAddresses === 'all') {
    const exceptLoopback = localhost ? [] : [family === 'IPv4' ? '! -d 127.0.0.0/8' : '! -d ::1/128'];
    return [[...exceptLoopback, about, destinationIsLocal, target].join(' ') as Rule];
  }
  return nodePortAddresses
    .filter((address) => localhost || !isLoopback(address))
    .map((destination) => rule({ destination }, [about], target));
}

type AddressFrontend = Extract<Frontend, { address: Address }>;

function clusterIPRules(
  plan: ServicePortPlan,
  frontend: AddressFrontend,
  names: ServiceChainNames,
): readonly DispatchRule[] {
  const { internal } = plan;
  if (internal.action !== 'forward') return [refusal(plan, 'filter KUBE-SERVICES', internal, frontend)];
  const target = internal.policy === 'Local' ? names.local : names.cluster;
  return [
    {
      chain: 'nat KUBE-SERVICES',
      rule: toAddress(plan, frontend, [comment(`${plan.name} cluster IP`)], jump(target)),
    },
  ];
}

function externalAddressRules(
  plan: ServicePortPlan,
  frontend: AddressFrontend,
  names: ServiceChainNames,
): readonly DispatchRule[] {
  const rules: DispatchRule[] = [];
  const firewalled = frontend.kind === 'LoadBalancerIP' && hasFirewallChain(plan);
  if (plan.external.action !== 'reject') {
    const about = comment(
      `${plan.name} ${frontend.kind === 'LoadBalancerIP' ? 'loadbalancer' : 'external'} IP`,
    );
    const target = jump(firewalled ? names.firewall : names.external);
    rules.push({ chain: 'nat KUBE-SERVICES', rule: toAddress(plan, frontend, [about], target) });
  }
  if (firewalled) {
    const about = comment(`${plan.name} traffic not accepted by ${names.firewall}`);
    rules.push({ chain: 'filter KUBE-PROXY-FIREWALL', rule: toAddress(plan, frontend, [about], '-j DROP') });
  }
  if (plan.external.action !== 'forward') {
    rules.push(refusal(plan, 'filter KUBE-EXTERNAL-SERVICES', plan.external, frontend));
  }
  return rules;
}

function nodePortRules(
  plan: ServicePortPlan,
  port: number,
  names: ServiceChainNames,
  options: IptablesOptions,
): readonly DispatchRule[] {
  const { protocol, external } = plan;
  const target = jump(names.external);
  const matches = [comment(plan.name), destinationPort(protocol, port)];
  const rules: DispatchRule[] = [];
  if (external.action !== 'reject') {
    if (countsLocalhost(options)) {
      const counted = [...matches, '-m nfacct --nfacct-name localhost_nps_accepted_pkts'].join(' ');
      const text = `-d 127.0.0.0/8 -p ${protocol.toLowerCase()} ${counted} ${target}`;
      rules.push({ chain: 'nat KUBE-NODEPORTS', rule: text as Rule });
    }
    rules.push({ chain: 'nat KUBE-NODEPORTS', rule: rule({ protocol }, matches, target) });
  }
  if (external.action !== 'forward') {
    rules.push(refusal(plan, 'filter KUBE-EXTERNAL-SERVICES', external, { kind: 'NodePort', port }));
  }
  return rules;
}

function countsLocalhost({ family, localhostNodePorts, packetCounters }: IptablesOptions): boolean {
  return family === 'IPv4' && localhostNodePorts && packetCounters.has('localhost_nps_accepted_pkts');
}

/** The load balancer's health checks reach the node although nothing of the Service may run here. */
function healthCheckRules({ name, healthCheckNodePort }: ServicePortPlan): readonly DispatchRule[] {
  if (healthCheckNodePort === undefined) return [];
  const matches = [comment(`${name} health check node port`), destinationPort('TCP', healthCheckNodePort)];
  return [{ chain: 'filter KUBE-NODEPORTS', rule: rule({ protocol: 'TCP' }, matches, '-j ACCEPT') }];
}

function refusal(
  plan: ServicePortPlan,
  chain: DispatchChain,
  { action }: Extract<Route, { action: 'reject' | 'drop' }>,
  frontend: Frontend,
): DispatchRule {
  const about = comment(`${plan.name} has no ${action === 'reject' ? '' : 'local '}endpoints`);
  const target = action === 'reject' ? `-j REJECT --reject-with ${unreachable(plan)}` : '-j DROP';
  if (frontend.kind !== 'NodePort') return { chain, rule: toAddress(plan, frontend, [about], target) };
  const matches = [about, destinationIsLocal, destinationPort(plan.protocol, frontend.port)];
  return { chain, rule: rule({ protocol: plan.protocol }, matches, target) };
}

function unreachable({ family }: ServicePortPlan): string {
  return family === 'IPv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
}

function toAddress(
  { protocol }: ServicePortPlan,
  { address, port }: AddressFrontend,
  matches: readonly string[],
  target: string,
): Rule {
  const packet: PacketMatch = { destination: address, protocol };
  return rule(packet, [...matches, destinationPort(protocol, port)], target);
}

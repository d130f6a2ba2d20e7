import { formatEndpoint } from '../net/address.ts';
import type { Family } from '../net/family.ts';
import type { Endpoint, ServicePortPlan } from '../plan/service-plan.ts';
import type { TrafficPolicy } from '../state/records.ts';
import {
  type ChainName,
  endpointChainName,
  type ServiceChainNames,
  serviceChainNames,
} from './chain-names.ts';
import type { IptablesOptions } from './iptables-options.ts';
import {
  comment,
  destinationPort,
  jump,
  oneOf,
  type Rule,
  recentlySeen,
  remember,
  rule,
  sourceIsLocal,
} from './rule-builder.ts';

/** A chain of table nat with all its rules. */
export interface Chain {
  readonly name: ChainName;
  readonly rules: readonly Rule[];
}

const markMasquerade = jump('KUBE-MARK-MASQ' as ChainName);

/**
 * The chains of one service port: endpoint chains, then those that pick an endpoint, then those that lead
 * there. A chain comes after every chain that it jumps to.
 */
export function* serviceChains(plan: ServicePortPlan, options: IptablesOptions): Iterable<Chain> {
  const { endpoints } = plan;
  const names = serviceChainNames(plan.name, plan.protocol);
  const targets = new Map(endpoints.reachable.map((endpoint) => [endpoint, endpointTarget(plan, endpoint)]));
  const targetsOf = (chosen: readonly Endpoint[]) =>
    chosen.map((endpoint) => targets.get(endpoint) ?? endpointTarget(plan, endpoint));
  for (const target of targets.values()) yield endpointChain(plan, target, options);
  if (endpoints.cluster.length > 0) {
    yield { name: names.cluster, rules: policyRules(plan, 'Cluster', targetsOf(endpoints.cluster), options) };
  }
  if (endpoints.local.length > 0) {
    yield { name: names.local, rules: policyRules(plan, 'Local', targetsOf(endpoints.local), options) };
  }
  if (hasExternalChain(plan)) yield { name: names.external, rules: externalRules(plan, names, options) };
  if (hasFirewallChain(plan)) yield { name: names.firewall, rules: firewallRules(plan, names) };
}

/** The names of all chains of one service port, without their rules. */
export function serviceChainList(plan: ServicePortPlan): readonly ChainName[] {
  const { endpoints } = plan;
  const names = serviceChainNames(plan.name, plan.protocol);
  return [
    ...endpoints.reachable.map((endpoint) => endpointChainName(plan.name, plan.protocol, endpoint)),
    ...(endpoints.cluster.length > 0 ? [names.cluster] : []),
    ...(endpoints.local.length > 0 ? [names.local] : []),
    ...(hasExternalChain(plan) ? [names.external] : []),
    ...(hasFirewallChain(plan) ? [names.firewall] : []),
  ];
}

/** By policy Local it is there without local endpoints too: pods and the node itself pass through it. */
export function hasExternalChain({ external, frontends }: ServicePortPlan): boolean {
  return external.action !== 'reject' && frontends.some(({ kind }) => kind !== 'ClusterIP');
}

export function hasFirewallChain(plan: ServicePortPlan): boolean {
  return (
    plan.firewall !== undefined &&
    plan.external.action !== 'reject' &&
    plan.frontends.some(({ kind }) => kind === 'LoadBalancerIP')
  );
}

interface EndpointTarget {
  readonly endpoint: Endpoint;
  readonly chain: ChainName;
}

function endpointTarget({ name, protocol }: ServicePortPlan, endpoint: Endpoint): EndpointTarget {
  return { endpoint, chain: endpointChainName(name, protocol, endpoint) };
}

/** Sends a connection to the endpoint; one that comes from the endpoint itself must be masqueraded to come back. */
function endpointChain(
  plan: ServicePortPlan,
  { endpoint, chain }: EndpointTarget,
  options: IptablesOptions,
): Chain {
  const { protocol, affinityTimeoutSeconds } = plan;
  const about = thinned(plan.name, options);
  const affinity = affinityTimeoutSeconds === undefined ? '' : remember(chain, fullMask(plan.family));
  const translate = `-j DNAT --to-destination ${formatEndpoint(endpoint.address, endpoint.port)}`;
  return {
    name: chain,
    rules: [
      rule({ source: endpoint.address }, [about], markMasquerade),
      rule({ protocol }, [about, affinity, `-m ${protocol.toLowerCase()}`], translate),
    ],
  };
}

/** Picks an endpoint: the one that the client had before, where there is affinity, else any, all alike. */
function policyRules(
  plan: ServicePortPlan,
  policy: TrafficPolicy,
  targets: readonly EndpointTarget[],
  options: IptablesOptions,
): readonly Rule[] {
  const timeout = plan.affinityTimeoutSeconds;
  const about = ({ endpoint }: EndpointTarget) =>
    thinned(`${plan.name} -> ${formatEndpoint(endpoint.address, endpoint.port)}`, options);
  const affinity =
    timeout === undefined
      ? []
      : targets.map((target) =>
          rule(
            {},
            [about(target), recentlySeen(target.chain, timeout, fullMask(plan.family))],
            jump(target.chain),
          ),
        );
  const choice = targets.map((target, index) => {
    const remaining = targets.length - index;
    return rule({}, [about(target), remaining > 1 ? oneOf(remaining) : ''], jump(target.chain));
  });
  return [...clusterIPMasquerade(plan, policy, options), ...affinity, ...choice];
}

/**
 * Traffic to the ClusterIP that does not come from a pod of this cluster may leave by another node than it
 * came in by, so its answer must come back through this one.
 */
function clusterIPMasquerade(
  plan: ServicePortPlan,
  policy: TrafficPolicy,
  options: IptablesOptions,
): readonly Rule[] {
  const { internal, name, protocol, frontends } = plan;
  const { localDetector: detector, masqueradeAll } = options;
  if (internal.action !== 'forward' || internal.policy !== policy) return [];
  if (!masqueradeAll && detector === undefined) return [];
  const fromElsewhere =
    masqueradeAll || detector === undefined ? {} : { localTraffic: { detector, local: false } };
  return frontends.flatMap((frontend) =>
    frontend.kind !== 'ClusterIP'
      ? []
      : rule(
          { destination: frontend.address, protocol, ...fromElsewhere },
          [comment(`${name} cluster IP`), destinationPort(protocol, frontend.port)],
          markMasquerade,
        ),
  );
}

/** Traffic to external IPs, load balancer IPs and node ports. */
function externalRules(
  plan: ServicePortPlan,
  names: ServiceChainNames,
  options: IptablesOptions,
): readonly Rule[] {
  const { external, externalTrafficPolicy } = plan;
  const onward =
    external.action === 'forward'
      ? [rule({}, [], jump(external.policy === 'Local' ? names.local : names.cluster))]
      : [];
  if (externalTrafficPolicy === 'Local') return [...shortCircuit(plan, names, options), ...onward];
  return [
    rule({}, [comment(`masquerade traffic for ${plan.name} external destinations`)], markMasquerade),
    ...onward,
  ];
}

/** By policy Local, pods and the node itself use every endpoint: no load balancer would have sent them here. */
function shortCircuit(
  plan: ServicePortPlan,
  names: ServiceChainNames,
  options: IptablesOptions,
): readonly Rule[] {
  const detector = options.localDetector;
  const about = (what: string) => comment(`${what} traffic for ${plan.name} external destinations`);
  const fromPods =
    detector === undefined
      ? []
      : [rule({ localTraffic: { detector, local: true } }, [about('pod')], jump(names.cluster))];
  return [
    ...fromPods,
    rule({}, [about('masquerade LOCAL'), sourceIsLocal], markMasquerade),
    rule({}, [about('route LOCAL'), sourceIsLocal], jump(names.cluster)),
  ];
}

/**
 * Lets the source ranges in. Where the node itself may pass, its requests carry the load balancer's address
 * as source, since that address is often a local one. What reaches the end is dropped in KUBE-PROXY-FIREWALL.
 */
function firewallRules(plan: ServicePortPlan, names: ServiceChainNames): readonly Rule[] {
  const about = comment(`${plan.name} loadbalancer IP`);
  const addresses = plan.frontends.flatMap((frontend) =>
    frontend.kind === 'LoadBalancerIP' && plan.firewall?.nodeMayPass ? [frontend.address] : [],
  );
  return [
    ...[...(plan.firewall?.sourceRanges ?? []), ...addresses].map((source) =>
      rule({ source }, [about], jump(names.external)),
    ),
    rule({}, [comment(`other traffic to ${plan.name} will be dropped by KUBE-PROXY-FIREWALL`)], ''),
  ];
}

function thinned(text: string, options: IptablesOptions): string {
  return options.thinComments ? '' : comment(text);
}

/** xt_recent compares whole addresses. */
function fullMask(family: Family): string {
  return family === 'IPv4' ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
}

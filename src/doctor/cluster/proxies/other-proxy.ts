import type { ProxyMode } from '../../../config/proxy-config.ts';
import type { LiveRules as SavedRules } from '../../../iptables/saved-rules.ts';
import type { IptablesHolding, ProxyTable, ProxyTraces } from '../../../kernel/live-view.ts';
import type { Family } from '../../../net/family.ts';
import { findOption } from '../../../rules-text/iptables/rule-options.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../few.ts';
import { calico, cilium } from './bpf-proxies.ts';

export interface OtherProxyObserved {
  readonly mode: ProxyMode;
  readonly iptables: readonly IptablesHolding[];
  readonly tables: readonly ServedTable[];
  readonly traces: ProxyTraces;
  /** Names of Services by their addresses. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** A proxy's table of nftables, with the Services that it serves. */
export interface ServedTable {
  readonly table: ProxyTable;
  readonly family: Family;
  readonly services: readonly string[];
}

/** Traces of another service proxy: rules, processes, IPVS or BPF programs. */
export function judgeOtherProxy(observed: OtherProxyObserved): readonly Finding[] {
  const findings = [
    ...(observed.mode === 'nftables' ? iptablesOfAnother(observed.iptables) : []),
    ...tablesOfAnother(observed),
    ...otherProcess(observed),
    ...virtualServers(observed),
    ...cilium(observed.traces),
    ...calico(observed.traces),
  ];
  if (findings.length > 0) return findings;
  return [
    {
      severity: 'ok',
      looked: `iptables, nftables tables ${observed.mode === 'nftables' ? 'kube-proxy' : 'kube-proxy and portolan'}, processes, IPVS, BPF`,
      finding: 'no other service proxy',
    },
  ];
}

const takesOver =
  'stop the other proxy (kubectl -n kube-system delete daemonset kube-proxy), then restart Portolan: it removes what kube-proxy left';

/** In mode nftables, all chains in iptables belong to others. */
function iptablesOfAnother(holdings: readonly IptablesHolding[]): readonly Finding[] {
  const foreign = holdings.filter(
    ({ rules }) => rules.serviceChains.size > 0 || entryRules(rules).length > 0,
  );
  if (foreign.length === 0) return [];
  const chains = count(
    foreign.reduce((sum, { rules }) => sum + rules.serviceChains.size, 0),
    'chain',
  );
  const places = foreign.map(({ variant, family }) => `iptables-${variant} (${family})`);
  const looked = `${chains} of Services in table nat of ${places.join(', ')}, while Portolan is in mode nftables`;
  if (!foreign.some(({ rules }) => isEntered(rules)))
    return [
      {
        severity: 'warning',
        looked,
        finding: `a former proxy left ${chains} of Services in iptables; nothing leads to them, so they do no harm`,
        next: takesOver,
      },
    ];
  const services = new Set(foreign.flatMap(({ rules }) => entryRules(rules).flatMap(serviceOf)));
  return [
    {
      severity: 'fault',
      looked: `${looked}; PREROUTING or OUTPUT leads to them`,
      finding: `another proxy's rules stand in iptables beside ours, kube-proxy's by their names: ${hitTwice([...services])}`,
      next: takesOver,
    },
  ];
}

/** The rules that dispatch to the chains of Services. */
function entryRules(rules: SavedRules): readonly string[] {
  return natChain(rules, 'KUBE-SERVICES');
}

function isEntered(rules: SavedRules): boolean {
  return ['PREROUTING', 'OUTPUT'].some((base) =>
    natChain(rules, base).some((rule) => rule.endsWith('-j KUBE-SERVICES')),
  );
}

function natChain({ tables }: SavedRules, name: string): readonly string[] {
  return [...(tables.get('nat') ?? [])].find(([chain]) => chain === name)?.[1] ?? [];
}

/** By the comment, `default/web:http cluster IP`, and the address. */
function serviceOf(rule: string): readonly string[] {
  const [name = ''] = findOption(rule, '--comment')?.values[0]?.split(' ') ?? [];
  if (!name.includes('/')) return [];
  const address = findOption(rule, '-d')?.values[0]?.replace(/\/.*/, '');
  return [address === undefined ? name : `${name} (${address})`];
}

function hitTwice(services: readonly string[]): string {
  if (services.length === 0) return 'traffic to Services may be translated by either';
  return `traffic to ${few(services)} is translated by whichever comes first, and only one of them knows the endpoints of now`;
}

function tablesOfAnother({ mode, tables }: OtherProxyObserved): readonly Finding[] {
  const foreign = tables.filter(({ table }) => table === 'kube-proxy' || mode === 'iptables');
  return [...Map.groupBy(foreign, ({ table }) => table)].map(([table, own]) => {
    const services = [...new Set(own.flatMap((one) => one.services))];
    const titles = own.map(({ family }) => `table ${family === 'IPv4' ? 'ip' : 'ip6'} ${table}`);
    return {
      severity: 'fault',
      looked: `nftables: ${titles.join(', ')} with ${count(services.length, 'port')} of Services, while Portolan is in mode ${mode}`,
      finding: `${table === 'kube-proxy' ? "kube-proxy's" : "Portolan's other mode's"} ${titles.join(' and ')} ${titles.length === 1 ? 'stands' : 'stand'} beside our rules: ${hitTwice(services)}`,
      next: takesOver,
    };
  });
}

function otherProcess({ traces: { processes } }: OtherProxyObserved): readonly Finding[] {
  const kubeProxies = (processes ?? []).filter(({ name }) => name === 'kube-proxy');
  if (kubeProxies.length === 0) return [];
  const pids = kubeProxies.map(({ pid }) => pid).join(', ');
  return [
    {
      severity: 'fault',
      looked: `process kube-proxy (pid ${pids}) in this network namespace`,
      finding: `kube-proxy runs on this node beside Portolan (pid ${pids}): both write rules for every Service`,
      next: 'kubectl -n kube-system delete daemonset kube-proxy, or keep it off this node by a nodeSelector',
    },
  ];
}

/** IPVS takes packets at INPUT, so only for local addresses. Other programs may use it for load balancing, too. */
function virtualServers({ traces, addresses }: OtherProxyObserved): readonly Finding[] {
  const { virtualServers: servers, interfaces } = traces;
  const ours = servers.filter(({ address }) => addresses.has(address));
  const devices = interfaces.filter((name) => /^kube-(ipvs0|dummy-if)$/.test(name));
  const looked = `/proc/net/ip_vs: ${count(servers.length, 'virtual server')}, ${ours.length} with addresses of Services; interfaces: ${devices.join(', ') || 'none'}`;
  const proxy = devices.includes('kube-dummy-if') ? 'kube-router' : "kube-proxy's mode ipvs, or kube-router,";
  if (ours.length > 0)
    return [
      {
        severity: 'fault',
        looked,
        finding: `${proxy} balances Services by IPVS on this node: ${hitTwice([...new Set(ours.map(({ address }) => `${addresses.get(address)} (${address})`))])}`,
        next: 'stop the other proxy (kube-router: --run-service-proxy=false), then ipvsadm --clear and ip link delete kube-ipvs0 or kube-dummy-if',
      },
    ];
  if (devices.length === 0) return [];
  return [
    {
      severity: 'warning',
      looked,
      finding: `interface ${devices.join(', ')} is left of a proxy by IPVS: the addresses on it count as the node's own`,
      next: devices.map((name) => `ip link delete ${name}`).join('; '),
    },
  ];
}

import { markdownTable } from '../table.ts';
import { kubeProxyLines } from './against-kube-proxy.ts';
import { rulesName, type Target } from './cases.ts';
import type { Rules } from './options.ts';
import type { Summary } from './summary.ts';

/** The table of all cases, and under it what it says of the nftables mode and of kube-proxy. */
export function dataplaneReport(summaries: readonly Summary[]): string {
  const ordered = summaries.toSorted(byPlace);
  const table = markdownTable(header, ordered.map(cells));
  const lines = [...nftablesLines(ordered), ...kubeProxyLines(ordered), ...troubleLines(ordered)];
  return [table, ...lines].join('\n');
}

const header = [
  'services',
  'rules by',
  'connections to',
  'connections/s (lowest to highest)',
  "to the pod's own",
  'to no rules',
  'connect p50',
  'connect p99',
  "p50 to the pod's own",
];

function cells(summary: Summary): readonly string[] {
  const { rules, services, connections, connect } = summary;
  return [
    rules === 'none' ? '–' : whole(services),
    rulesName(rules),
    targetName(summary),
    `${whole(connections.median)} (${whole(connections.lowest)} to ${whole(connections.highest)})`,
    connections.toPod.toFixed(2),
    connections.toBare.toFixed(2),
    `${connect.p50.toFixed(1)} µs`,
    `${connect.p99.toFixed(1)} µs`,
    connect.toPod.toFixed(2),
  ];
}

const order = [
  'none',
  ...['iptables-nft', 'iptables-legacy', 'nftables'].flatMap((mode) => [
    `Portolan, ${mode}`,
    `kube-proxy, ${mode}`,
  ]),
];
const targets: readonly Target[] = ['pod', 'middle', 'last'];

function byPlace(a: Summary, b: Summary): number {
  return (
    a.services - b.services ||
    order.indexOf(rulesName(a.rules)) - order.indexOf(rulesName(b.rules)) ||
    targets.indexOf(a.target) - targets.indexOf(b.target)
  );
}

function targetName({ rules, target }: Summary): string {
  if (target === 'pod') return "the pod's own address";
  return isNftables(rules) ? 'ClusterIP' : `ClusterIP, ${target} of the chain`;
}

function isNftables(rules: Rules): boolean {
  return rules !== 'none' && rules.mode === 'nftables';
}

/** How near a Service is to the pod itself at worst, and how flat the figures are over the sizes. */
function nftablesLines(summaries: readonly Summary[]): readonly string[] {
  const services = summaries
    .filter(({ rules, target }) => rulesName(rules) === 'Portolan, nftables' && target !== 'pod')
    .toSorted((a, b) => a.services - b.services);
  const [smallest, largest] = [services.at(0), services.at(-1)];
  if (smallest === undefined || largest === undefined) return [];
  const rate = percent(Math.min(...services.map(({ connections }) => connections.toPod)));
  const time = percent(Math.max(...services.map(({ connect }) => connect.toPod)));
  const near = [
    `nftables, to a ClusterIP: at worst ${rate} of the connections/s`,
    `and ${time} of the connect p50 to the pod's own address.\n`,
  ].join(' ');
  if (smallest === largest) return [near];
  const rates = percent(largest.connections.median / smallest.connections.median);
  const times = percent(largest.connect.p50 / smallest.connect.p50);
  const flat = [
    `nftables, ${whole(largest.services)} services: ${rates} of the connections/s`,
    `and ${times} of the connect p50 of ${whole(smallest.services)}.
`,
  ].join(' ');
  return [near, flat];
}

/** Figures with these in them are not worth much. */
function troubleLines(summaries: readonly Summary[]): readonly string[] {
  return summaries
    .filter(({ trouble }) => trouble > 0)
    .map((summary) => {
      const { rules, services, trouble } = summary;
      const name = `${rulesName(rules)}, ${whole(services)} services, ${targetName(summary)}`;
      return `${name}: ${trouble} connections failed or needed another SYN.\n`;
    });
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

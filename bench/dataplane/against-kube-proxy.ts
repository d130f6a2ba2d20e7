import type { Target } from './cases.ts';
import type { KubeProxyRatios, Spread, Summary } from './summary.ts';

/** For each mode and size where kube-proxy was measured too: whether Portolan is behind on the way to a ClusterIP. */
export function kubeProxyLines(summaries: readonly Summary[]): readonly string[] {
  const pairs = Map.groupBy(summaries.flatMap(compared), ({ title }) => title);
  return [...pairs].map(([title, comparisons]) => {
    const shares = comparisons.map(({ target, ratios }) => `${ratioText(ratios)} to ${places[target]}`);
    return `${title}: Portolan has ${shares.join(', and ')}: ${verdict(comparisons)}.\n`;
  });
}

interface Comparison {
  readonly title: string;
  readonly target: ServiceTarget | 'any';
  readonly ratios: KubeProxyRatios;
}

type ServiceTarget = Exclude<Target, 'pod'>;

function compared({ rules, services, target, toKubeProxy }: Summary): readonly Comparison[] {
  if (rules === 'none' || target === 'pod' || toKubeProxy === undefined) return [];
  const title = `${rules.mode}, ${services.toLocaleString('en')} services`;
  return [{ title, target: rules.mode === 'nftables' ? 'any' : target, ratios: toKubeProxy }];
}

const places: Readonly<Record<ServiceTarget | 'any', string>> = {
  any: 'a ClusterIP',
  middle: 'the ClusterIP in the middle of the chain',
  last: 'that at its end',
};

function ratioText({ connections, p50 }: KubeProxyRatios): string {
  return `${shareText(connections)} of kube-proxy's connections/s and ${shareText(p50)} of its connect p50`;
}

function shareText({ median, lowest, highest }: Spread): string {
  return `${percent(median)} % (${percent(lowest)} to ${percent(highest)})`;
}

/** By the median of the rounds. */
function verdict(comparisons: readonly Comparison[]): string {
  const behindIn = [
    ...(comparisons.some(({ ratios }) => percent(ratios.connections.median) < 100) ? ['connections/s'] : []),
    ...(comparisons.some(({ ratios }) => percent(ratios.p50.median) > 100) ? ['connect p50'] : []),
  ];
  return behindIn.length === 0 ? 'not behind' : `behind in ${behindIn.join(' and ')}`;
}

/** Less than a percent is no difference. */
function percent(ratio: number): number {
  return Math.round(ratio * 100);
}

import { bareCase, type Case, rulesName, type Sample } from './cases.ts';
import type { Figures } from './measure.ts';

/** The figures of one case over all rounds: medians, but for what is named otherwise. */
export interface Summary extends Case {
  /** New connections per second. */
  readonly connections: Spread & {
    /** Divided by those to the pod's own address, on the same node. */
    readonly toPod: number;
    /** Divided by those to the pod's own address, on a node without rules. */
    readonly toBare: number;
  };
  /** Microseconds from SYN to SYN-ACK. */
  readonly connect: {
    readonly p50: number;
    readonly p99: number;
    /** p50 divided by that to the pod's own address, on the same node. */
    readonly toPod: number;
  };
  /** Connections that failed and SYNs that were sent again, in all rounds together. */
  readonly trouble: number;
  /** Of Portolan's rules, where kube-proxy's were measured for the same. */
  readonly toKubeProxy: KubeProxyRatios | undefined;
}

/** Portolan's figures divided by kube-proxy's. */
export interface KubeProxyRatios {
  readonly connections: Spread;
  readonly p50: Spread;
}

/** Of the rounds. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * One summary for each case, in the order of the samples; throws where a round lacks what others are divided
 * by.
 */
export function summarize(samples: readonly Sample[]): readonly Summary[] {
  const cases = new Map(
    samples.map(({ rules, services, target }) => {
      const about: Case = { rules, services, target };
      return [nameOf(about), about];
    }),
  );
  const figures = new Map(
    samples.map((sample) => [`${nameOf(sample)}, round ${sample.round}`, sample.figures]),
  );
  const figuresOf = (about: Case, round: number): Figures => {
    const name = `${nameOf(about)}, round ${round}`;
    const found = figures.get(name);
    if (found === undefined) throw new Error(`not measured: ${name}`);
    return found;
  };
  const peerOf = (about: Case): Case | undefined => {
    const peer = peerCase(about);
    return peer !== undefined && cases.has(nameOf(peer)) ? peer : undefined;
  };
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return [...cases.values()].map((about) => {
    const peer = peerOf(about);
    return summaryOf(
      about,
      rounds.map((round) => ({
        own: figuresOf(about, round),
        pod: figuresOf({ ...about, target: 'pod' }, round),
        bare: figuresOf(bareCase, round),
        peer: peer && figuresOf(peer, round),
      })),
    );
  });
}

function nameOf({ rules, services, target }: Case): string {
  return `${rulesName(rules)}, ${services} Services, ${target}`;
}

/** The same by kube-proxy's rules. */
function peerCase(about: Case): Case | undefined {
  if (about.rules === 'none' || about.rules.proxy !== 'Portolan') return undefined;
  return { ...about, rules: { ...about.rules, proxy: 'kube-proxy' } };
}

/** The figures of a case in one round, and what they are divided by. */
interface Round {
  readonly own: Figures;
  readonly pod: Figures;
  readonly bare: Figures;
  readonly peer: Figures | undefined;
}

/**
 * A ratio is the median of the rounds' ratios rather than the ratio of two medians: what disturbs the
 * machine for a while then disturbs both sides of it.
 */
function summaryOf(about: Case, rounds: readonly Round[]): Summary {
  const values = (figure: (round: Round) => number) => rounds.map(figure);
  return {
    ...about,
    connections: {
      ...spread(values(({ own }) => own.connections)),
      toPod: median(values(({ own, pod }) => own.connections / pod.connections)),
      toBare: median(values(({ own, bare }) => own.connections / bare.connections)),
    },
    connect: {
      p50: median(values(({ own }) => own.connect.p50)),
      p99: median(values(({ own }) => own.connect.p99)),
      toPod: median(values(({ own, pod }) => own.connect.p50 / pod.connect.p50)),
    },
    trouble: values(({ own }) => own.trouble).reduce((sum, count) => sum + count, 0),
    toKubeProxy: ratiosToPeer(rounds),
  };
}

function ratiosToPeer(rounds: readonly Round[]): KubeProxyRatios | undefined {
  const pairs = rounds.flatMap(({ own, peer }) => (peer === undefined ? [] : [{ own, peer }]));
  if (pairs.length === 0) return undefined;
  return {
    connections: spread(pairs.map(({ own, peer }) => own.connections / peer.connections)),
    p50: spread(pairs.map(({ own, peer }) => own.connect.p50 / peer.connect.p50)),
  };
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
}

/** Of an even number of values the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

import { bareCase, type Case, type Sample } from './cases.ts';
import type { Figures } from './measure.ts';

/** The figures of one case over all rounds: medians, but for what is named otherwise. */
export interface Summary extends Case {
  /** New connections per second. */
  readonly connections: {
    readonly median: number;
    readonly lowest: number;
    readonly highest: number;
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
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return [...cases.values()].map((about) =>
    summaryOf(
      about,
      rounds.map((round) => ({
        own: figuresOf(about, round),
        pod: figuresOf({ ...about, target: 'pod' }, round),
        bare: figuresOf(bareCase, round),
      })),
    ),
  );
}

function nameOf({ rules, services, target }: Case): string {
  return `${rules}, ${services} Services, ${target}`;
}

/** The figures of a case in one round, and what they are divided by. */
interface Round {
  readonly own: Figures;
  readonly pod: Figures;
  readonly bare: Figures;
}

/**
 * A ratio is the median of the rounds' ratios rather than the ratio of two medians: what disturbs the
 * machine for a while then disturbs both sides of it.
 */
function summaryOf(about: Case, rounds: readonly Round[]): Summary {
  const values = (figure: (round: Round) => number) => rounds.map(figure);
  const rates = values(({ own }) => own.connections);
  return {
    ...about,
    connections: {
      median: median(rates),
      lowest: Math.min(...rates),
      highest: Math.max(...rates),
      toPod: median(values(({ own, pod }) => own.connections / pod.connections)),
      toBare: median(values(({ own, bare }) => own.connections / bare.connections)),
    },
    connect: {
      p50: median(values(({ own }) => own.connect.p50)),
      p99: median(values(({ own }) => own.connect.p99)),
      toPod: median(values(({ own, pod }) => own.connect.p50 / pod.connect.p50)),
    },
    trouble: values(({ own }) => own.trouble).reduce((sum, count) => sum + count, 0),
  };
}

/** Of an even number of values the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

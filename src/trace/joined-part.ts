import type { Option, Outcome, Step, TracedEndpoint, TraceVerdict } from './trace.ts';

/** What can become of a packet from some step on. */
export interface Part {
  readonly path: readonly Step[];
  readonly verdicts: ReadonlySet<Outcome['verdict']>;
  /** The verdict depends on what is unknown. */
  readonly hasUnknownVerdict: boolean;
  readonly endpoints: ReadonlyMap<string, TracedEndpoint>;
  readonly masquerade: boolean;
  /** Unknowns that make a difference. */
  readonly unknowns: ReadonlySet<string>;
}

export interface JoinedBranch {
  readonly option: Option;
  readonly part: Part;
}

export function partOf({ verdict, destination, masquerade }: Outcome, path: readonly Step[]): Part {
  const endpoint = { endpoint: destination, share: 1, masquerade };
  return {
    path,
    verdicts: new Set([verdict]),
    hasUnknownVerdict: verdict === 'unknown',
    endpoints: new Map(verdict === 'dnat' ? [[destination, endpoint]] : []),
    masquerade: masquerade && arrives.has(verdict),
    unknowns: new Set(),
  };
}

const arrives: ReadonlySet<TraceVerdict> = new Set(['dnat', 'accept', 'untouched']);

/** Chance decides among the branches. */
export function mixture(branches: readonly JoinedBranch[]): Part {
  const endpoints = new Map<string, TracedEndpoint>();
  for (const {
    option: { share = 0 },
    part,
  } of branches) {
    for (const one of part.endpoints.values()) {
      const before = endpoints.get(one.endpoint);
      endpoints.set(one.endpoint, {
        ...one,
        share: (before?.share ?? 0) + share * one.share,
        masquerade: one.masquerade || before?.masquerade === true,
      });
    }
  }
  return { ...together(branches), endpoints };
}

/** What is unknown decides among the branches; where they come to the same, it is of no interest. */
export function either(branches: readonly JoinedBranch[]): Part {
  const parts = branches.map(({ part }) => part);
  const all = together(branches);
  const { endpoints } = eitherAnswer(parts);
  if (new Set(parts.map(answerText)).size === 1) return { ...all, endpoints };
  return {
    ...all,
    endpoints,
    hasUnknownVerdict: all.hasUnknownVerdict || new Set(parts.map(verdictText)).size > 1,
    unknowns: new Set([...branches.flatMap(({ option }) => option.question ?? []), ...all.unknowns]),
  };
}

export type Answer = Pick<Part, 'verdicts' | 'endpoints' | 'masquerade'>;

/** All of one answer or another. */
export function eitherAnswer(answers: readonly Answer[]): Answer {
  const endpoints = new Map<string, TracedEndpoint>();
  for (const one of answers.flatMap((answer) => [...answer.endpoints.values()])) {
    const before = endpoints.get(one.endpoint);
    endpoints.set(one.endpoint, {
      endpoint: one.endpoint,
      share: Math.max(one.share, before?.share ?? 0),
      masquerade: one.masquerade || before?.masquerade === true,
    });
  }
  return {
    verdicts: new Set(answers.flatMap(({ verdicts }) => [...verdicts])),
    endpoints,
    masquerade: answers.some(({ masquerade }) => masquerade),
  };
}

function together(branches: readonly JoinedBranch[]): Omit<Part, 'endpoints'> {
  const parts = branches.map(({ part }) => part);
  return {
    path: [forkOf(branches)],
    verdicts: new Set(parts.flatMap(({ verdicts }) => [...verdicts])),
    hasUnknownVerdict: parts.some(({ hasUnknownVerdict }) => hasUnknownVerdict),
    masquerade: parts.some(({ masquerade }) => masquerade),
    unknowns: new Set(parts.flatMap(({ unknowns }) => [...unknowns])),
  };
}

/** Equal for equal answers. */
export function answerText({ verdicts, endpoints, masquerade }: Answer): string {
  return JSON.stringify([[...verdicts].sort(), [...endpoints].sort(), masquerade]);
}

function verdictText({ verdicts }: Part): string {
  return [...verdicts].sort().join(' ');
}

function forkOf(branches: readonly JoinedBranch[]): Step {
  return { kind: 'fork', branches: branches.map(({ option, part }) => ({ ...option, path: part.path })) };
}

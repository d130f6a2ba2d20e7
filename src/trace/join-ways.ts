import type { Option, Outcome, Step, Trace, TracedEndpoint, TraceVerdict } from './trace.ts';

/** All ways from some place on: what they have in common, and then the end or a fork. */
export type Ways =
  | { readonly steps: readonly Step[]; readonly outcome: Outcome }
  | { readonly steps: readonly Step[]; readonly branches: readonly WaysBranch[] };

export interface WaysBranch {
  readonly option: Option;
  readonly ways: Ways;
}

/** Puts all ways of a packet together. */
export function joinWays(ways: Ways, assumptions: readonly string[]): Trace {
  const { path, verdicts, hasUnknownVerdict, endpoints, masquerade, unknowns } = join(ways);
  const [verdict = 'unknown'] = verdicts;
  return {
    verdict: verdicts.size === 1 ? verdict : hasUnknownVerdict ? 'unknown' : 'varies',
    endpoints: [...endpoints.values()].sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1)),
    masquerade,
    unknowns: [...unknowns],
    assumptions,
    path,
  };
}

/** What can become of a packet from some step on. */
interface Part {
  readonly path: readonly Step[];
  readonly verdicts: ReadonlySet<Outcome['verdict']>;
  /** The verdict depends on what is unknown. */
  readonly hasUnknownVerdict: boolean;
  readonly endpoints: ReadonlyMap<string, TracedEndpoint>;
  readonly masquerade: boolean;
  /** Unknowns that make a difference. */
  readonly unknowns: ReadonlySet<string>;
}

function join(ways: Ways): Part {
  if ('outcome' in ways) return partOf(ways.outcome, ways.steps);
  const branches = flatten(ways.branches).map(({ option, ways: those }) => ({ option, part: join(those) }));
  const path = [...ways.steps, forkOf(branches)];
  return branches.some(({ option }) => option.share === undefined)
    ? either(branches, path)
    : mixture(branches, path);
}

interface JoinedBranch {
  readonly option: Option;
  readonly part: Part;
}

function partOf({ verdict, destination, masquerade }: Outcome, path: readonly Step[]): Part {
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
function mixture(branches: readonly JoinedBranch[], path: readonly Step[]): Part {
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
  return { ...together(branches, path), endpoints };
}

/** What is unknown decides among the branches; where they come to the same, it is of no interest. */
function either(branches: readonly JoinedBranch[], path: readonly Step[]): Part {
  const parts = branches.map(({ part }) => part);
  const answers = new Set(parts.map(answerText));
  const all = together(branches, path);
  const endpoints = new Map<string, TracedEndpoint>();
  for (const one of parts.flatMap((part) => [...part.endpoints.values()])) {
    const before = endpoints.get(one.endpoint);
    endpoints.set(one.endpoint, {
      endpoint: one.endpoint,
      share: Math.max(one.share, before?.share ?? 0),
      masquerade: one.masquerade || before?.masquerade === true,
    });
  }
  if (answers.size === 1) return { ...all, endpoints };
  return {
    ...all,
    endpoints,
    hasUnknownVerdict: all.hasUnknownVerdict || new Set(parts.map(verdictText)).size > 1,
    unknowns: new Set([...branches.flatMap(({ option }) => option.question ?? []), ...all.unknowns]),
  };
}

function together(branches: readonly JoinedBranch[], path: readonly Step[]): Omit<Part, 'endpoints'> {
  const parts = branches.map(({ part }) => part);
  return {
    path,
    verdicts: new Set(parts.flatMap(({ verdicts }) => [...verdicts])),
    hasUnknownVerdict: parts.some(({ hasUnknownVerdict }) => hasUnknownVerdict),
    masquerade: parts.some(({ masquerade }) => masquerade),
    unknowns: new Set(parts.flatMap(({ unknowns }) => [...unknowns])),
  };
}

function answerText({ verdicts, endpoints, masquerade }: Part): string {
  return JSON.stringify([[...verdicts].sort(), [...endpoints].sort(), masquerade]);
}

function verdictText({ verdicts }: Part): string {
  return [...verdicts].sort().join(' ');
}

function forkOf(branches: readonly JoinedBranch[]): Step {
  return { kind: 'fork', branches: branches.map(({ option, part }) => ({ ...option, path: part.path })) };
}

/** A rule that some pass is often followed by one that some of the rest pass: that is one fork of three. */
function flatten(branches: readonly WaysBranch[]): readonly WaysBranch[] {
  const flat: WaysBranch[] = [];
  const work = branches.toReversed();
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { option, ways } = next;
    if (isForkOfChance(ways) && option.share !== undefined) work.push(...within(option.share, ways.branches));
    else flat.push(next);
  }
  return flat;
}

function isForkOfChance(ways: Ways): ways is Extract<Ways, { branches: unknown }> {
  return (
    'branches' in ways &&
    ways.steps.length === 0 &&
    ways.branches.every(({ option }) => option.share !== undefined)
  );
}

function within(share: number, branches: readonly WaysBranch[]): readonly WaysBranch[] {
  return branches
    .map(({ option, ways }) => ({ option: { ...option, share: share * (option.share ?? 0) }, ways }))
    .reverse();
}

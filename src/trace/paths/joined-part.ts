import { createHash } from 'node:crypto';
import type { Option, Outcome, Step, TracedEndpoint, TraceVerdict } from '../trace.ts';

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
  /** Equal where the same can become of a packet, by the same answers. */
  readonly key: string;
}

export interface JoinedBranch {
  readonly option: Option;
  readonly part: Part;
}

export function partOf({ verdict, destination, masquerade }: Outcome, path: readonly Step[]): Part {
  const endpoint = { endpoint: destination, share: 1, masquerade };
  const answer = {
    verdicts: new Set([verdict]),
    endpoints: new Map(verdict === 'dnat' ? [[destination, endpoint]] : []),
    masquerade: masquerade && arrives.has(verdict),
  };
  return {
    ...answer,
    path,
    hasUnknownVerdict: verdict === 'unknown',
    unknowns: new Set(),
    key: answerKey(answer),
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
  return withKey({ ...together(branches), endpoints }, branches);
}

/** What is unknown decides among the branches; where they come to the same, it is of no interest. */
export function either(branches: readonly JoinedBranch[]): Part {
  const all = { ...together(branches), endpoints: largestShares(branches) };
  if (new Set(branches.map(({ part }) => part.key)).size === 1) return withKey(all, branches);
  const hasUnknownVerdict =
    all.hasUnknownVerdict || new Set(branches.map(({ part }) => verdictText(part))).size > 1;
  const unknowns = new Set([...branches.flatMap(({ option }) => option.question ?? []), ...all.unknowns]);
  return withKey({ ...all, hasUnknownVerdict, unknowns }, branches);
}

function largestShares(branches: readonly JoinedBranch[]): Part['endpoints'] {
  const endpoints = new Map<string, TracedEndpoint>();
  for (const one of branches.flatMap(({ part }) => [...part.endpoints.values()])) {
    const before = endpoints.get(one.endpoint);
    endpoints.set(one.endpoint, {
      endpoint: one.endpoint,
      share: Math.max(one.share, before?.share ?? 0),
      masquerade: one.masquerade || before?.masquerade === true,
    });
  }
  return endpoints;
}

function together(branches: readonly JoinedBranch[]): Omit<Part, 'endpoints' | 'key'> {
  const parts = branches.map(({ part }) => part);
  return {
    path: [forkOf(branches)],
    verdicts: new Set(parts.flatMap(({ verdicts }) => [...verdicts])),
    hasUnknownVerdict: parts.some(({ hasUnknownVerdict }) => hasUnknownVerdict),
    masquerade: parts.some(({ masquerade }) => masquerade),
    unknowns: new Set(parts.flatMap(({ unknowns }) => [...unknowns])),
  };
}

function withKey(part: Omit<Part, 'key'>, branches: readonly JoinedBranch[]): Part {
  const [first] = branches;
  if (part.unknowns.size === 0) return { ...part, key: answerKey(part) };
  const isSame = branches.every((branch) => branch.part.key === first?.part.key);
  return { ...part, key: isSame && first !== undefined ? first.part.key : keyOf(branches) };
}

/** A digest: forks stand in forks, and a text of all of it would be quoted again by each. */
export function keyOf(
  branches: readonly { readonly option: Option; readonly part: Pick<Part, 'key'> }[],
): string {
  const parts = branches.map(({ option, part }) => [option.share, option.condition, part.key]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function answerKey({ verdicts, endpoints, masquerade }: Pick<Part, 'verdicts' | 'endpoints' | 'masquerade'>) {
  return JSON.stringify([[...verdicts].sort(), [...endpoints].sort(), masquerade]);
}

function verdictText({ verdicts }: Part): string {
  return [...verdicts].sort().join(' ');
}

function forkOf(branches: readonly JoinedBranch[]): Step {
  return { kind: 'fork', branches: branches.map(({ option, part }) => ({ ...option, path: part.path })) };
}

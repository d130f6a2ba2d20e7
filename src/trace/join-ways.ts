import { joinQuestions } from './join-questions.ts';
import { mixture, type Part, partOf } from './joined-part.ts';
import type { Trace } from './trace.ts';
import { countParents, forkNextTo, isQuestion, type Parents, type Ways, type WaysBranch } from './ways.ts';

/** Puts all ways of a packet together. */
export function joinWays(ways: Ways, assumptions: readonly string[]): Trace {
  const joining = { parents: countParents(ways), joined: new Map() };
  const { path, verdicts, hasUnknownVerdict, endpoints, masquerade, unknowns } = join(ways, joining);
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

/** Ways may come together again in one fork: it is joined once, and is one step wherever it stands. */
interface Joining {
  readonly parents: Parents;
  readonly joined: Map<readonly WaysBranch[], Part>;
}

function join(ways: Ways, joining: Joining): Part {
  if ('outcome' in ways) return partOf(ways.outcome, ways.steps);
  const part = joining.joined.get(ways.branches) ?? joinFork(ways.branches, joining);
  joining.joined.set(ways.branches, part);
  return { ...part, path: [...ways.steps, ...part.path] };
}

function joinFork(branches: readonly WaysBranch[], joining: Joining): Part {
  const { parents } = joining;
  const joined = ({ option, ways }: WaysBranch) => ({ option, part: join(ways, joining) });
  if (isQuestion(branches)) return joinQuestions(branches, parents, joined);
  return mixture(flatten(branches, parents).map(joined));
}

/** A rule that some pass is often followed by one that some of the rest pass: that is one fork of three. */
function flatten(branches: readonly WaysBranch[], parents: Parents): readonly WaysBranch[] {
  const flat: WaysBranch[] = [];
  const work = branches.toReversed();
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const onward = forkNextTo(next, parents);
    if (onward !== undefined && !isQuestion(onward)) work.push(...within(next.option.share ?? 0, onward));
    else flat.push(next);
  }
  return flat;
}

function within(share: number, branches: readonly WaysBranch[]): readonly WaysBranch[] {
  return branches
    .map(({ option, ways }) => ({ option: { ...option, share: share * (option.share ?? 0) }, ways }))
    .reverse();
}

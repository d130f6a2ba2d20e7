import type { Trace } from '../trace.ts';
import { joinQuestions } from './join-questions.ts';
import { mixture, type Part, partOf } from './joined-part.ts';
import { countParents, forkNextTo, isQuestion, type Parents, type Paths, type PathsBranch } from './paths.ts';

/** Puts all paths of a packet together. */
export function joinPaths(paths: Paths, assumptions: readonly string[]): Trace {
  const joining = { parents: countParents(paths), joined: new Map() };
  const { path, verdicts, hasUnknownVerdict, endpoints, masquerade, unknowns } = join(paths, joining);
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

/** Paths may come together again in one fork: it is joined once, and is one step wherever it stands. */
interface Joining {
  readonly parents: Parents;
  readonly joined: Map<readonly PathsBranch[], Part>;
}

function join(paths: Paths, joining: Joining): Part {
  if ('outcome' in paths) return partOf(paths.outcome, paths.steps);
  const part = joining.joined.get(paths.branches) ?? joinFork(paths.branches, joining);
  joining.joined.set(paths.branches, part);
  return { ...part, path: [...paths.steps, ...part.path] };
}

function joinFork(branches: readonly PathsBranch[], joining: Joining): Part {
  const { parents } = joining;
  const joined = ({ option, paths }: PathsBranch) => ({ option, part: join(paths, joining) });
  if (isQuestion(branches)) return joinQuestions(branches, parents, joined);
  return mixture(flatten(branches, parents).map(joined));
}

/** A rule that some pass is often followed by one that some of the rest pass: that is one fork of three. */
function flatten(branches: readonly PathsBranch[], parents: Parents): readonly PathsBranch[] {
  const flat: PathsBranch[] = [];
  const work = branches.toReversed();
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const onward = forkNextTo(next, parents);
    if (onward !== undefined && !isQuestion(onward)) work.push(...within(next.option.share ?? 0, onward));
    else flat.push(next);
  }
  return flat;
}

function within(share: number, branches: readonly PathsBranch[]): readonly PathsBranch[] {
  return branches
    .map(({ option, paths }) => ({ option: { ...option, share: share * (option.share ?? 0) }, paths }))
    .reverse();
}

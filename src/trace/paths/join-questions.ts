import type { Option } from '../trace.ts';
import { either, type JoinedBranch, keyOf, type Part } from './joined-part.ts';
import { forkNextTo, isQuestion, type Parents, type PathsBranch } from './paths.ts';

/**
 * Rules that each may end the path of a packet, one after another, each by a question of its own: from three on they are
 * one fork, with a branch for each of them and one for packets that pass them all. Questions that make a difference and
 * those that make none stay apart.
 */
export function joinQuestions(
  branches: readonly PathsBranch[],
  parents: Parents,
  join: (branch: PathsBranch) => JoinedBranch,
): Part {
  const { turns, last } = questionsInTurn(branches, parents);
  let group = groupOf(last.map(join));
  for (const { leaving, staying, isStayingFirst } of turns.toReversed()) {
    const turn = { leaving: join(leaving), staying: staying.option, isStayingFirst };
    const isMoot = turn.leaving.part.key === group.key;
    group =
      isMoot === group.isMoot
        ? { ...group, turns: [...group.turns, turn], key: isMoot ? group.key : keyOf(pairOf(turn, group)) }
        : groupOf(pairOf(turn, partOfGroup(group)));
  }
  return partOfGroup(group);
}

/** Questions, each asked where those before did not end the path. */
interface QuestionGroup {
  readonly last: readonly JoinedBranch[];
  /** Those before the last one, the nearest first. */
  readonly turns: readonly JoinedTurn[];
  /** That of all of it; of one branch where all come to the same. */
  readonly key: string;
  readonly isMoot: boolean;
}

interface JoinedTurn {
  readonly leaving: JoinedBranch;
  readonly staying: Option;
  readonly isStayingFirst: boolean;
}

function groupOf(last: readonly JoinedBranch[]): QuestionGroup {
  const keys = new Set(last.map(({ part }) => part.key));
  const [only = ''] = keys;
  const isMoot = keys.size === 1;
  return { last, turns: [], key: isMoot ? only : keyOf(last), isMoot };
}

function pairOf<Rest>(
  { leaving, staying, isStayingFirst }: JoinedTurn,
  rest: Rest,
): readonly { readonly option: Option; readonly part: Part | Rest }[] {
  const branch = { option: staying, part: rest };
  return isStayingFirst ? [branch, leaving] : [leaving, branch];
}

/** Two questions, one in the other, are easy to follow. */
const fewestInOneFork = 3;

function partOfGroup({ turns, last }: QuestionGroup): Part {
  const end = last.at(-1);
  if (turns.length + 1 < fewestInOneFork || end === undefined)
    return turns.reduce((part, turn) => either(pairOf(turn, part)), either(last));
  const option = { share: undefined, condition: 'if none of these is so (unknown from here)' };
  const before = turns.map(({ leaving }) => leaving).reverse();
  return either([...before, ...last.slice(0, -1), { ...end, option }]);
}

interface Turn {
  readonly leaving: PathsBranch;
  readonly staying: PathsBranch;
  readonly isStayingFirst: boolean;
}

function questionsInTurn(
  start: readonly PathsBranch[],
  parents: Parents,
): { readonly turns: readonly Turn[]; readonly last: readonly PathsBranch[] } {
  const turns: Turn[] = [];
  let last = start;
  for (;;) {
    const [first, second, ...more] = last.map((branch) => ({
      branch,
      next: questionNextTo(branch, parents),
    }));
    if (first === undefined || second === undefined || more.length > 0) return { turns, last };
    const isStayingFirst = first.next !== undefined;
    const [staying, leaving] = isStayingFirst ? [first, second] : [second, first];
    if (staying.next === undefined || leaving.next !== undefined) return { turns, last };
    turns.push({ leaving: leaving.branch, staying: staying.branch, isStayingFirst });
    last = staying.next;
  }
}

function questionNextTo(branch: PathsBranch, parents: Parents): readonly PathsBranch[] | undefined {
  const next = forkNextTo(branch, parents);
  return next !== undefined && isQuestion(next) ? next : undefined;
}

import type { ExplainedBranch, ExplainedStep } from '../explanation.ts';
import { percentText } from '../percent.ts';

/** What a fork decides, and by what. */
export function forkReason(branches: readonly ExplainedBranch[]): string {
  const [first] = branches;
  if (first === undefined) return '';
  if (first.share === undefined)
    return makesNoDifference(branches)
      ? `makes no difference, unknown from here: ${questionOf(first)}`
      : `unknown from here: ${questionOf(first)}`;
  const shares = shareByDestination(branches);
  const what = shares.has(undefined)
    ? `${branches.length} ways`
    : shares.size === 1
      ? '1 endpoint'
      : `${shares.size} endpoints`;
  const how = first.condition.startsWith('the same') ? `, ${first.condition}` : ` ${first.condition}`;
  return `one of ${what}${how}${shares.has(undefined) ? '' : eachShare([...shares.values()])}`;
}

/** Slots of a hash may lead to the same endpoint. */
function shareByDestination(branches: readonly ExplainedBranch[]): ReadonlyMap<string | undefined, number> {
  const shares = new Map<string | undefined, number>();
  for (const branch of branches) {
    const destination = destinationOf(branch);
    shares.set(destination, (shares.get(destination) ?? 0) + (branch.share ?? 0));
  }
  return shares;
}

function questionOf({ question, condition }: ExplainedBranch): string {
  return question === undefined ? condition.replace(/ \(unknown from here\)$/, '') : questionWords(question);
}

/** `whether it leaves by docker0`; a match of a rule stands for itself. */
export function questionWords(question: string): string {
  return question.startsWith('it ') ? `whether ${question}` : question;
}

/** Where the branch leads, where that is one endpoint; refusals on the way count nothing. */
export function destinationOf({ path }: Pick<ExplainedBranch, 'path'>): string | undefined {
  const found = new Set<string>();
  for (const { outcome } of endsOf(path)) if (outcome.verdict === 'dnat') found.add(outcome.destination);
  const [only] = found;
  return found.size === 1 ? only : undefined;
}

/** Whether all branches come to the same. */
export function makesNoDifference(branches: readonly ExplainedBranch[]): boolean {
  return new Set(branches.map(({ path }) => answerOf(path))).size === 1;
}

/** All that can become of a packet on this path, as a text. Forks in forks ask for the same ones again and again. */
function answerOf(path: readonly ExplainedStep[]): string {
  const known = answers.get(path);
  if (known !== undefined) return known;
  const answer = findAnswer(path.at(-1));
  answers.set(path, answer);
  return answer;
}

const answers = new WeakMap<readonly ExplainedStep[], string>();

function findAnswer(last: ExplainedStep | undefined): string {
  if (last?.kind === 'end') return JSON.stringify(last.outcome);
  if (last?.kind !== 'fork') return '';
  const [first] = last.branches;
  if (first !== undefined && makesNoDifference(last.branches)) return answerOf(first.path);
  return JSON.stringify(
    last.branches.map(({ share, condition, path }) => [share, condition, answerOf(path)]),
  );
}

function* endsOf(path: readonly ExplainedStep[]): Iterable<ExplainedStep & { kind: 'end' }> {
  for (const step of path) {
    if (step.kind === 'end') yield step;
    if (step.kind === 'fork') for (const branch of step.branches) yield* endsOf(branch.path);
  }
}

function eachShare(shares: readonly number[]): string {
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  return most - least < tolerance ? `, ${percentText(most * 100)} each` : '';
}

/** iptables writes thirds with 11 decimals. */
const tolerance = 1e-6;

import type { ExplainedBranch, ExplainedFork } from '../explanation.ts';
import { destinationOf, makesNoDifference } from '../outcomes.ts';
import { percentText } from '../percent.ts';

/** What a fork decides, and by what. */
export function forkReason(branches: readonly ExplainedBranch[]): string {
  const [first] = branches;
  if (first === undefined) return '';
  if (first.share === undefined) {
    const others = branches.length - 2;
    if (makesNoDifference(branches))
      return `makes no difference, unknown from here: ${questionOf(first)}${others > 0 ? `, and ${others} more` : ''}`;
    // The last branch is for what meets none of the conditions.
    return `unknown from here: ${others > 0 ? `which of these ${others + 1} is so first` : questionOf(first)}`;
  }
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

/** What a branch of an unknown asks, in words. */
export function questionOf({ question, condition }: ExplainedBranch): string {
  return question === undefined ? condition.replace(/ \(unknown from here\)$/, '') : questionWords(question);
}

/** `whether it leaves by docker0`; a match of a rule stands for itself. */
export function questionWords(question: string): string {
  return question.startsWith('it ') ? `whether ${question}` : question;
}

/**
 * Whether a fork asks several questions, one after another: then each branch has its whole condition as its heading.
 */
export function asksSeveral({ branches }: Pick<ExplainedFork, 'branches'>): boolean {
  return branches.length > 2 && branches[0]?.share === undefined;
}

function eachShare(shares: readonly number[]): string {
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  return most - least < tolerance ? `, ${percentText(most * 100)} each` : '';
}

/** iptables writes thirds with 11 decimals. */
const tolerance = 1e-6;

import { matchesPattern, patternText } from '../rules-text/elements.ts';
import type { Pattern } from '../rules-text/rule.ts';
import type { InterfaceField, Question } from './rule/environment.ts';

/** The answers that one path has given to what cannot be known: the same question has the same answer later on. */
export class Assumptions {
  #last: Answer | undefined;
  readonly #interfaces = new Map<InterfaceField, readonly Assumption[]>();

  copy(): Assumptions {
    const copy = new Assumptions();
    copy.#last = this.#last;
    for (const [field, assumed] of this.#interfaces) copy.#interfaces.set(field, assumed);
    return copy;
  }

  /** The answer that follows from those that were given. */
  known(question: Question): boolean | undefined {
    if (question.kind === 'other') return this.#answerTo(question.text);
    const assumed = this.#interfaces.get(question.field) ?? [];
    const answers = question.patterns.map((pattern) => answerFrom(assumed, pattern));
    if (answers.includes(true)) return true;
    return answers.every((answer) => answer === false) ? false : undefined;
  }

  #answerTo(text: string): boolean | undefined {
    for (let answer = this.#last; answer !== undefined; answer = answer.before)
      if (answer.text === text) return answer.is;
    return undefined;
  }

  learn(question: Question, answer: boolean): void {
    if (question.kind === 'interface') {
      const { field, patterns } = question;
      this.#interfaces.set(field, [...(this.#interfaces.get(field) ?? []), { patterns, answer }]);
      // A limit lets some packets pass and others not: one answer says nothing of the next.
    } else if (!/limit|quota/.test(question.text))
      this.#last = {
        text: question.text,
        is: answer,
        before: this.#last,
        count: (this.#last?.count ?? 0) + 1,
      };
  }

  /** Questions that these answer otherwise than the others, or that only one of them does; those about interfaces aside. */
  differences(others: Assumptions): readonly string[] {
    const texts = new Set<string>();
    let [one, other] = [this.#last, others.#last];
    while (one !== other) {
      const isLonger = (one?.count ?? 0) >= (other?.count ?? 0);
      const longer = isLonger ? one : other;
      if (longer !== undefined) texts.add(longer.text);
      if (isLonger) one = one?.before;
      else other = other?.before;
    }
    return [...texts].filter((text) => this.#answerTo(text) !== others.#answerTo(text));
  }

  /** What is assumed of interfaces, as a text that is equal for equal answers. */
  get ofInterfaces(): string {
    const parts = [...this.#interfaces].map(([field, assumed]) => [
      field,
      assumed.map(({ patterns, answer }) => [answer, ...patterns.map((pattern) => patternText(pattern))]),
    ]);
    return JSON.stringify(parts);
  }

  /** What was thought of an interface holds no more: the packet goes elsewhere. */
  forget(field: InterfaceField): void {
    this.#interfaces.delete(field);
  }
}

/** Paths that part share the answers from before: they are many, and each has as many answers as there were forks. */
interface Answer {
  readonly text: string;
  readonly is: boolean;
  readonly before: Answer | undefined;
  /** How many there are with those before. */
  readonly count: number;
}

interface Assumption {
  readonly patterns: readonly Pattern[];
  readonly answer: boolean;
}

/** Whether the interface's name falls into a pattern, where what is assumed of it decides. */
function answerFrom(assumed: readonly Assumption[], pattern: Pattern): boolean | undefined {
  for (const { patterns, answer } of assumed) {
    if (!answer && patterns.some((other) => includes(other, pattern))) return false;
    if (!answer) continue;
    if (patterns.every((other) => includes(pattern, other))) return true;
    if (patterns.every((other) => !includes(pattern, other) && !includes(other, pattern))) return false;
  }
  return undefined;
}

/** Whether every name of the second pattern is one of the first. */
function includes(pattern: Pattern, other: Pattern): boolean {
  if (typeof other === 'string') return matchesPattern(pattern, other);
  const isPrefix = typeof other === 'object' && 'prefix' in other;
  return (
    isPrefix && typeof pattern === 'object' && 'prefix' in pattern && other.prefix.startsWith(pattern.prefix)
  );
}

/** A question in words, that of which `if it …` can be made. */
export function questionText(question: Question): string {
  if (question.kind === 'other') return question.text;
  return `it ${verbs[question.field].is} by ${namesOf(question.patterns)}`;
}

/** The condition under which a path has this answer. */
export function conditionText(question: Question, answer: boolean): string {
  if (question.kind === 'other')
    return `if it ${answer ? 'holds' : 'does not hold'}: ${question.text} (unknown from here)`;
  const verb = answer ? verbs[question.field].is : verbs[question.field].isNot;
  return `if it ${verb} by ${namesOf(question.patterns)} (unknown from here)`;
}

const verbs = {
  'input-interface': { is: 'comes in', isNot: 'does not come in' },
  'output-interface': { is: 'leaves', isNot: 'does not leave' },
} as const;

function namesOf(patterns: readonly Pattern[]): string {
  return patterns.map((pattern) => patternText(pattern)).join(' or ');
}

import type { Statement } from '../../rule.ts';
import { statementOf } from '../expression/expression.ts';
import { type RuleContext, readExpression } from '../expression/read-expression.ts';
import { UnsupportedSyntax, type Words } from '../words.ts';
import { readAnything, simpleReaders } from './simple-statements.ts';

/** `add @name { ip saddr timeout 1m limit rate 5/second : value }`. */
export function readDynamic(
  words: Words,
  context: RuleContext,
  place: number,
): readonly Statement[] | 'not this' {
  const action = words.textSince(place);
  if (!words.next.startsWith('@') || (action !== 'add' && action !== 'update' && action !== 'delete'))
    return 'not this';
  return readKept(action, words.take().slice(1), words, context);
}

/** An older form: `meter name size 1024 { ip saddr limit rate 10/second }`, with a set of its own. */
export function readMeter(words: Words, context: RuleContext): readonly Statement[] {
  const set = words.take();
  if (words.takeIf('size')) words.take();
  return readKept('update', set, words, context);
}

function readKept(
  action: 'add' | 'update' | 'delete',
  set: string,
  words: Words,
  context: RuleContext,
): readonly Statement[] {
  words.expect('{');
  const key = readExpression(words, context, context.declaration(set)?.key);
  const conditions: Statement[] = [];
  let timeout: number | undefined;
  while (!words.takeIf('}')) {
    if (words.takeIf('timeout')) timeout = millisecondsOf(words.take());
    else if (words.takeIf('expires', 'comment')) words.take();
    else if (words.takeIf(':')) readAnything(words, context);
    else conditions.push(...readCondition(words, context));
  }
  const unknown = conditions.filter(({ kind }) => kind !== 'no-op');
  return [
    ...key.needs.map(statementOf),
    { kind: 'set-update', action, set, key: key.expression, ...(timeout !== undefined && { timeout }) },
    ...unknown,
  ];
}

/** `1h30m`, and seconds without a unit. */
function millisecondsOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return 1000 * Number(text);
  let sum = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)([a-z]+)/g))
    sum += Number(count) * (units[unit] ?? Number.NaN);
  return text === '' || Number.isNaN(sum) ? undefined : sum;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What is counted for each element: the rule ends where a limit says so. */
function readCondition(words: Words, context: RuleContext): readonly Statement[] {
  const place = words.place;
  const read = simpleReaders.get(words.take());
  const statements = read?.(words, context, place);
  if (statements === undefined || statements === 'not this')
    throw new UnsupportedSyntax('no statement of an element');
  return statements;
}

import type { Statement } from '../../rule.ts';
import { type Need, statementOf } from '../expression/expression.ts';
import { type RuleContext, readExpression } from '../expression/read-expression.ts';
import type { Words } from '../words.ts';

/** Reads a statement whose first word says what it is. `place` is where that word stands. */
export type Reader = (words: Words, context: RuleContext, place: number) => readonly Statement[] | 'not this';

/** Statements that count, limit or report the packet, or take it away: none says where it goes. By their first words. */
export const simpleReaders: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['counter', readCounter],
  ['limit', readLimit],
  ['quota', readQuota],
  ['log', readLog],
  ['last', readLast],
  ['ct', readConnection],
  ['flow', readFlowOffload],
  ['reset', readReset],
  ...['queue', 'tproxy', 'synproxy', 'dup', 'fwd'].map((word): [string, Reader] => [word, readRest]),
]);

/** Its numbers are left out. A counter by a map ends the rule where the map does not have the key. */
function readCounter(words: Words, context: RuleContext, place: number): readonly Statement[] {
  if (words.takeIf('packets')) {
    words.take();
    words.expect('bytes');
    words.take();
    return noOp('counter');
  }
  return words.takeIf('name') ? readObject(words, context, place) : noOp('counter');
}

/** `name "x"` or `name ip saddr map { … }`. */
function readObject(words: Words, context: RuleContext, place: number): readonly Statement[] {
  if (words.nextIsQuoted) {
    words.take();
    return noOp(words.textSince(place));
  }
  readAnything(words, context);
  return [{ kind: 'unknown-match', text: words.textSince(place) }];
}

function readLimit(words: Words, context: RuleContext, place: number): readonly Statement[] {
  if (words.takeIf('name')) readObject(words, context, place);
  else {
    words.expect('rate');
    words.takeIf('over');
    words.take();
    if (words.next.includes('/')) words.take();
    if (words.takeIf('burst')) {
      words.take();
      words.takeIf('packets', 'bytes', 'kbytes', 'mbytes');
    }
  }
  return unknownMatch(words, place);
}

function readQuota(words: Words, context: RuleContext, place: number): readonly Statement[] {
  if (words.takeIf('name')) readObject(words, context, place);
  else {
    words.takeIf('over', 'until');
    words.take();
    words.take();
    if (words.takeIf('used')) {
      words.take();
      words.take();
    }
  }
  return unknownMatch(words, place);
}

export function unknownMatch(words: Words, place: number): readonly Statement[] {
  return [{ kind: 'unknown-match', text: words.textSince(place) }];
}

function readLog(words: Words, _context: RuleContext, place: number): readonly Statement[] {
  for (;;) {
    if (words.takeIf('prefix', 'group', 'level', 'snaplen', 'queue-threshold')) words.take();
    else if (words.takeIf('flags')) {
      do {
        words.takeIf('tcp', 'ip');
        words.take();
      } while (words.takeIf(','));
    } else return noOp(words.textSince(place));
  }
}

/** `last used never`, `last used 1m2s`, or `last`. */
function readLast(words: Words): readonly Statement[] {
  if (words.takeIf('used')) words.take();
  return noOp('last');
}

export function noOp(text: string): readonly Statement[] {
  return [{ kind: 'no-op', text }];
}

/** `ct count over 10`, which is no field. */
function readCount(words: Words, place: number): readonly Statement[] {
  words.expect('count');
  words.takeIf('over', 'until');
  words.take();
  return unknownMatch(words, place);
}

function readConnection(
  words: Words,
  _context: RuleContext,
  place: number,
): readonly Statement[] | 'not this' {
  return words.nextIs('count') ? readCount(words, place) : 'not this';
}

function readFlowOffload(words: Words, _context: RuleContext, place: number): readonly Statement[] {
  words.takeIf('add', 'offload');
  words.take();
  return noOp(words.textSince(place));
}

/** Where the packet goes then is for others to say: what comes after such a statement does not matter. */
function readRest(words: Words, _context: RuleContext, place: number): readonly Statement[] {
  words.takeRest('comment');
  return [{ kind: 'unknown-statement', text: words.textSince(place) }];
}

/** Of `reset tcp option sack-perm`: the option goes out of the packet. */
function readReset(words: Words, context: RuleContext, place: number): readonly Statement[] {
  const { needs } = readExpression(words, context);
  return [...needs.map(statementOf), ...noOp(words.textSince(place))];
}

/** Reads a value of any kind, with all its flags; gives what nft checks for its fields. */
export function readAnything(words: Words, context: RuleContext): readonly Need[] {
  const needs: Need[] = [];
  do needs.push(...readExpression(words, context, 'any').needs);
  while (words.takeIf(','));
  return needs;
}

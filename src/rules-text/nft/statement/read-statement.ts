import type { Statement } from '../../rule.ts';
import { statementOf, type TypedExpression } from '../expression/expression.ts';
import { type RuleContext, readElementsOf, readExpression } from '../expression/read-expression.ts';
import { readQuestion } from '../expression/right-side.ts';
import { assignableField } from '../expression/selectors.ts';
import { rulesIn } from '../listing-reader.ts';
import { readVerdict } from '../set/read-element.ts';
import { UnsupportedSyntax, type Words } from '../words.ts';
import { chanceOf } from './chance-comparison.ts';
import { readDynamic, readMeter } from './read-dynamic.ts';
import { readMasquerade, readNat, readRedirect } from './read-nat.ts';
import { readReject } from './read-reject.ts';
import { oldXtables, readOldXtables, readXtables } from './read-xtables.ts';
import { type Reader, readAnything, simpleReaders } from './simple-statements.ts';

/** Reads the next statement of a rule: one, or those that it stands for. Throws `UnsupportedSyntax` where it has no known form. */
export function readStatement(words: Words, context: RuleContext): readonly Statement[] {
  if (oldXtables.test(words.next)) return readOldXtables(words);
  const read = words.nextIsQuoted ? undefined : readers.get(words.next);
  if (read !== undefined) {
    const place = words.place;
    words.take();
    const statements = read(words, context, place);
    if (statements !== 'not this') return statements;
    words.goTo(place);
  }
  return readOfExpression(words, context);
}

function readSimpleVerdict(words: Words, _context: RuleContext, place: number): readonly Statement[] {
  const verdict = readVerdict(words.textSince(place));
  if (verdict === undefined) throw new UnsupportedSyntax('no verdict');
  return [{ kind: 'verdict', verdict }];
}

function readJump(words: Words, context: RuleContext, place: number): readonly Statement[] {
  const kind = words.textSince(place) === 'goto' ? 'goto' : 'jump';
  const chain = words.nextIs('{') ? context.block(rulesIn(words.takeBraces())) : words.take();
  return [{ kind: 'verdict', verdict: { kind, chain } }];
}

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...simpleReaders,
  ['accept', readSimpleVerdict],
  ['drop', readSimpleVerdict],
  ['return', readSimpleVerdict],
  ['continue', readSimpleVerdict],
  ['jump', readJump],
  ['goto', readJump],
  ['reject', readReject],
  ['notrack', () => [{ kind: 'untrack' }]],
  ['dnat', (words, context) => readNat('destination-nat', words, context)],
  ['snat', (words, context) => readNat('source-nat', words, context)],
  ['masquerade', readMasquerade],
  ['redirect', readRedirect],
  ['add', readDynamic],
  ['update', readDynamic],
  ['delete', readDynamic],
  ['meter', readMeter],
  ['xt', readXtables],
]);

/** A match, a verdict map, or an assignment. */
function readOfExpression(words: Words, context: RuleContext): readonly Statement[] {
  const place = words.place;
  const left = readExpression(words, context);
  const needs = left.needs.map(statementOf);
  if (words.takeIf('vmap')) return [...needs, readVerdictMap(words, left, place)];
  if (words.takeIf('set')) return readAssignment(words, context, left, place);
  const question = readQuestion(words, left);
  if (question === undefined) return [...needs, { kind: 'unknown-match', text: words.textSince(place) }];
  return [...needs, chanceOf(question) ?? { kind: 'match', ...question }];
}

function readVerdictMap(words: Words, left: TypedExpression, place: number): Statement {
  const map = readElementsOf(words, left.types, 'verdict');
  if (map === undefined) return { kind: 'unknown-statement', text: words.textSince(place) };
  return { kind: 'verdict-map', key: left.expression, map };
}

function readAssignment(
  words: Words,
  context: RuleContext,
  left: TypedExpression,
  place: number,
): readonly Statement[] {
  const field = left.expression.kind === 'field' ? assignableField(left.expression.field) : undefined;
  if (field === undefined) {
    const ofPacket = left.needs.filter((need) => need !== 'tracked');
    const needs = [...ofPacket, ...readAnything(words, context)].map(statementOf);
    const text = words.textSince(place);
    return [...needs, harmless.test(text) ? { kind: 'no-op', text } : { kind: 'unknown-statement', text }];
  }
  const right = readExpression(words, context, left.types);
  return [...right.needs.map(statementOf), { kind: 'assign', field, value: right.expression }];
}

/** Notes of the kernel, and parts of a packet that say nothing about where it goes. */
const harmless =
  /^(?:meta|ct|ip (?:dscp|ecn|ttl)|ip6 (?:dscp|ecn|hoplimit|flowlabel)|tcp option|ether|vlan)\b/;

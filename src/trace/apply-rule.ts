import { type Address, familyOf } from '../net/address.ts';
import { keyText } from '../rules-text/nft/write/element-text.ts';
import type { Rule, Statement, Verdict } from '../rules-text/rule.ts';
import type { Environment, Found, Question, Truth } from './environment.ts';
import { evaluate, lookUp } from './evaluate.ts';
import { holds } from './holds.ts';
import { translateDestination, translateSource } from './nat.ts';
import type { PacketState } from './packet-state.ts';
import type { Effect, Outcome } from './trace.ts';

/**
 * What comes after a rule: the next one; or the chain is left, as `return` does; or the base chain has accepted the
 * packet; or its way has ended; or another chain of the table.
 */
export type RuleEnd =
  | 'next'
  | 'through'
  | 'accept'
  | { readonly ended: Outcome['verdict'] }
  | { readonly call: 'jump' | 'goto'; readonly chain: string };

/** Who travels, and what a rule may do with him. */
export interface Traveller extends Environment {
  readonly state: PacketState;
  record(effect: Effect, comment?: string, element?: string): void;
  remembers(list: string, address: Address, seconds: number | undefined): boolean;
  remember(list: string, address: Address, is: boolean): void;
}

/** Applies the statements of a rule, one after another. */
export function applyRule(rule: Rule, traveller: Traveller): RuleEnd {
  if (!rule.statements.some(matters)) return 'next';
  for (let at = 0; at < rule.statements.length; ) {
    const conditions = conditionsFrom(rule.statements, at);
    if (!passes(conditions, traveller)) return 'next';
    at += conditions.length;
    const statement = rule.statements[at];
    if (statement === undefined || isCondition(statement)) break;
    const end = execute(statement, traveller);
    if (end !== 'on') return end;
    at += 1;
  }
  return 'next';
}

type Condition = Extract<Statement, { kind: 'match' | 'chance' | 'unknown-match' | 'recent' }>;

/** Rules that only count or log are no fork of the way, whatever they ask. */
function matters(statement: Statement): boolean {
  if (statement.kind === 'recent') return statement.action !== 'check';
  return statement.kind !== 'aside' && statement.kind !== 'remember' && !isCondition(statement);
}

const conditionKinds = new Set<Statement['kind']>(['match', 'chance', 'unknown-match', 'recent']);

function isCondition(statement: Statement): statement is Condition {
  return conditionKinds.has(statement.kind);
}

function conditionsFrom(statements: readonly Statement[], start: number): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const statement of statements.slice(start)) {
    if (!isCondition(statement)) break;
    conditions.push(statement);
  }
  return conditions;
}

/** What is known decides first: an unknown match beside one that fails is of no interest. */
function passes(conditions: readonly Condition[], traveller: Traveller): boolean {
  const truths: Truth[] = [];
  for (const condition of conditions) {
    const truth = truthOf(condition, traveller);
    if (truth === false) return false;
    truths.push(truth);
  }
  return (
    truths.every((truth) => isSo(truth, traveller)) &&
    conditions.every((condition) => condition.kind !== 'chance' || happens(condition, traveller))
  );
}

function isSo(truth: Truth, traveller: Traveller): boolean {
  return typeof truth === 'boolean' ? truth : traveller.ask(truth.question) !== truth.negated;
}

function truthOf(condition: Condition, traveller: Traveller): Truth {
  switch (condition.kind) {
    case 'match':
      return holds(condition.value, condition.test, traveller);
    case 'chance':
      return condition.probability > 0;
    case 'unknown-match':
      return unknownMatch(condition, traveller);
    case 'recent':
      return isRecent(condition, traveller);
  }
}

function unknownMatch({ text }: Extract<Condition, { kind: 'unknown-match' }>, traveller: Traveller): Truth {
  const question: Question = { kind: 'other', text };
  return traveller.known(question) ?? { question, negated: false };
}

function happens({ probability }: Extract<Condition, { kind: 'chance' }>, traveller: Traveller): boolean {
  if (probability >= 1) return true;
  const condition = 'at random';
  return traveller.choose([probability, 1 - probability].map((share) => ({ share, condition }))) === 0;
}

/** xt_recent: `--set` always holds, the others where the list has the address. */
function isRecent(condition: Extract<Condition, { kind: 'recent' }>, traveller: Traveller): boolean {
  const { state } = traveller;
  const address = condition.of === 'source-address' ? state.packet.source : state.destination;
  if (condition.action === 'set') {
    traveller.remember(condition.list, address, true);
    return !condition.negated;
  }
  const is = traveller.remembers(condition.list, address, condition.seconds);
  if (condition.action === 'remove') traveller.remember(condition.list, address, false);
  return is !== condition.negated;
}

function execute(statement: Exclude<Statement, Condition>, traveller: Traveller): RuleEnd | 'on' {
  const { state } = traveller;
  switch (statement.kind) {
    case 'aside':
    case 'remember':
      return 'on';
    case 'untrack':
      state.isTracked = false;
      traveller.record({ kind: 'untrack' });
      return 'on';
    case 'assign':
      return assign(statement, traveller);
    case 'verdict':
      return decide(statement.verdict, traveller);
    case 'verdict-map':
      return decideByMap(statement, traveller);
    case 'destination-nat':
    case 'redirect':
      return translated(translateDestination(statement, traveller), traveller);
    case 'source-nat':
    case 'masquerade':
      return translated(translateSource(statement, traveller), traveller);
    case 'reject':
      traveller.record({ kind: 'reject', with: statement.with });
      return { ended: 'reject' };
    case 'unknown-statement':
      return lost(statement.text, traveller);
  }
}

function assign(
  { field, value }: Extract<Statement, { kind: 'assign' }>,
  traveller: Traveller,
): RuleEnd | 'on' {
  const evaluated = evaluate(value, traveller);
  if (evaluated.kind === 'none') return 'next';
  const mark =
    evaluated.kind === 'known' && typeof evaluated.value === 'bigint'
      ? evaluated.value
      : { unknown: evaluated.kind === 'unknown' ? evaluated.text : 'a mark that is no number' };
  if (field === 'mark') traveller.state.mark = mark;
  else traveller.state.ctMark = mark;
  traveller.record(
    typeof mark === 'bigint' ? { kind: 'mark', field, mark } : { kind: 'unknown', text: mark.unknown },
  );
  return 'on';
}

function decideByMap(
  { key, map }: Extract<Statement, { kind: 'verdict-map' }>,
  traveller: Traveller,
): RuleEnd {
  const found: Found = lookUp(key, map, traveller);
  if (found === 'absent') return 'next';
  if ('unknown' in found) return lost(found.unknown, traveller);
  const { element } = found;
  if (element.verdict === undefined) return 'next';
  const text = keyText(key, element, familyOf(traveller.state.packet.destination));
  return decide(element.verdict, traveller, element.comment, text);
}

function decide(verdict: Verdict, traveller: Traveller, comment = '', element?: string): RuleEnd {
  if (verdict.kind === 'continue') return 'next';
  traveller.record(verdict, comment, element);
  switch (verdict.kind) {
    case 'accept':
      return 'accept';
    case 'drop':
      return { ended: 'drop' };
    case 'return':
      return 'through';
    case 'jump':
    case 'goto':
      return { call: verdict.kind, chain: verdict.chain };
  }
}

/** A statement of NAT ends its base chain, as accept does. */
function translated(effect: Effect | undefined, traveller: Traveller): RuleEnd {
  if (effect === undefined) return 'next';
  traveller.record(effect);
  return effect.kind === 'unknown' ? { ended: 'unknown' } : 'accept';
}

function lost(text: string, traveller: Traveller): RuleEnd {
  traveller.record({ kind: 'unknown', text });
  return { ended: 'unknown' };
}

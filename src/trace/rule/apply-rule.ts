import { type Address, familyOf } from '../../net/address.ts';
import { keyText } from '../../rules-text/nft/write/pattern-text.ts';
import type { Rule, Statement, Verdict } from '../../rules-text/rule.ts';
import type { Effect, Outcome } from '../trace.ts';
import type { Environment, Found, Question, Truth } from './environment.ts';
import { evaluate, lookUp } from './evaluate.ts';
import { holds } from './holds.ts';
import { translateDestination, translateSource } from './nat.ts';
import type { PacketState } from './packet-state.ts';

/**
 * What comes after a rule: the next one; or the chain is left, as `return` does; or the base chain has accepted the
 * packet; or its path has ended; or another chain of the table.
 */
export type RuleEnd =
  | 'next'
  | 'through'
  | 'accept'
  | { readonly ended: Outcome['verdict'] }
  | { readonly call: 'jump' | 'goto'; readonly chain: string };

/** The packet that a rule is applied to, and what the rule may do with it. */
export interface PacketContext extends Environment {
  readonly state: PacketState;
  record(effect: Effect, comment?: string, element?: string): void;
  remembers(list: string, address: Address, seconds: number | undefined): boolean;
  remember(list: string, address: Address, is: boolean): void;
}

/** Applies the statements of a rule, one after another. */
export function applyRule(rule: Rule, context: PacketContext): RuleEnd {
  if (!rule.statements.some(matters)) return 'next';
  for (let at = 0; at < rule.statements.length; ) {
    const conditions = conditionsFrom(rule.statements, at);
    if (!passes(conditions, context)) return 'next';
    at += conditions.length;
    const statement = rule.statements[at];
    if (statement === undefined || isCondition(statement)) break;
    const end = execute(statement, context);
    if (end !== 'on') return end;
    at += 1;
  }
  return 'next';
}

type Condition = Extract<Statement, { kind: 'match' | 'chance' | 'unknown-match' | 'recent' }>;

/** Rules that only count or log fork no path, whatever they ask. */
function matters(statement: Statement): boolean {
  if (statement.kind === 'recent') return statement.action !== 'check';
  return statement.kind !== 'no-op' && statement.kind !== 'set-update' && !isCondition(statement);
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
function passes(conditions: readonly Condition[], context: PacketContext): boolean {
  const truths: Truth[] = [];
  for (const condition of conditions) {
    const truth = truthOf(condition, context);
    if (truth === false) return false;
    truths.push(truth);
  }
  return (
    truths.every((truth) => isSo(truth, context)) &&
    conditions.every((condition) => condition.kind !== 'chance' || happens(condition, context))
  );
}

function isSo(truth: Truth, context: PacketContext): boolean {
  return typeof truth === 'boolean' ? truth : context.ask(truth.question) !== truth.negated;
}

function truthOf(condition: Condition, context: PacketContext): Truth {
  switch (condition.kind) {
    case 'match':
      return holds(condition.value, condition.test, context);
    case 'chance':
      return condition.probability > 0;
    case 'unknown-match':
      return unknownMatch(condition, context);
    case 'recent':
      return isRecent(condition, context);
  }
}

function unknownMatch(
  { text }: Extract<Condition, { kind: 'unknown-match' }>,
  context: PacketContext,
): Truth {
  const question: Question = { kind: 'other', text };
  return context.known(question) ?? { question, negated: false };
}

function happens({ probability }: Extract<Condition, { kind: 'chance' }>, context: PacketContext): boolean {
  if (probability >= 1) return true;
  const condition = 'at random';
  return context.choose([probability, 1 - probability].map((share) => ({ share, condition }))) === 0;
}

/** xt_recent: `--set` always holds, the others where the list has the address. */
function isRecent(condition: Extract<Condition, { kind: 'recent' }>, context: PacketContext): boolean {
  const { state } = context;
  const address = condition.of === 'source-address' ? state.packet.source : state.destination;
  if (condition.action === 'set') {
    context.remember(condition.list, address, true);
    return !condition.negated;
  }
  const is = context.remembers(condition.list, address, condition.seconds);
  if (condition.action === 'remove') context.remember(condition.list, address, false);
  return is !== condition.negated;
}

function execute(statement: Exclude<Statement, Condition>, context: PacketContext): RuleEnd | 'on' {
  const { state } = context;
  switch (statement.kind) {
    case 'no-op':
    case 'set-update':
      return 'on';
    case 'untrack':
      state.isTracked = false;
      context.record({ kind: 'untrack' });
      return 'on';
    case 'assign':
      return assign(statement, context);
    case 'verdict':
      return decide(statement.verdict, context);
    case 'verdict-map':
      return decideByMap(statement, context);
    case 'destination-nat':
    case 'redirect':
      return translated(translateDestination(statement, context), context);
    case 'source-nat':
    case 'masquerade':
      return translated(translateSource(statement, context), context);
    case 'reject':
      context.record({ kind: 'reject', with: statement.with });
      return { ended: 'reject' };
    case 'unknown-statement':
      return lost(statement.text, context);
  }
}

function assign(
  { field, value }: Extract<Statement, { kind: 'assign' }>,
  context: PacketContext,
): RuleEnd | 'on' {
  const evaluated = evaluate(value, context);
  if (evaluated.kind === 'none') return 'next';
  const mark =
    evaluated.kind === 'known' && typeof evaluated.value === 'bigint'
      ? evaluated.value
      : { unknown: evaluated.kind === 'unknown' ? evaluated.text : 'a mark that is no number' };
  if (field === 'mark') context.state.mark = mark;
  else context.state.ctMark = mark;
  context.record(
    typeof mark === 'bigint' ? { kind: 'mark', field, mark } : { kind: 'unknown', text: mark.unknown },
  );
  return 'on';
}

function decideByMap(
  { key, map }: Extract<Statement, { kind: 'verdict-map' }>,
  context: PacketContext,
): RuleEnd {
  const found: Found = lookUp(key, map, context);
  if (found === 'absent') return 'next';
  if ('unknown' in found) return lost(found.unknown, context);
  const { element } = found;
  if (element.verdict === undefined) return 'next';
  const text = keyText(key, element, familyOf(context.state.packet.destination));
  return decide(element.verdict, context, element.comment, text);
}

function decide(verdict: Verdict, context: PacketContext, comment = '', element?: string): RuleEnd {
  if (verdict.kind === 'continue') return 'next';
  context.record(verdict, comment, element);
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
function translated(effect: Effect | undefined, context: PacketContext): RuleEnd {
  if (effect === undefined) return 'next';
  context.record(effect);
  return effect.kind === 'unknown' ? { ended: 'unknown' } : 'accept';
}

function lost(text: string, context: PacketContext): RuleEnd {
  context.record({ kind: 'unknown', text });
  return { ended: 'unknown' };
}

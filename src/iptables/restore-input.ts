import {
  chainDeclared,
  chainDeleted,
  ruleAppended,
  ruleDeleted,
  ruleInserted,
  tableBegins,
  tableEnds,
  tableSection,
} from '../rules-text/iptables/save-text.ts';
import { type ChainName, trialChain } from './chain-names.ts';
import type { DispatchRule } from './dispatch-rules.ts';
import type { TableName } from './skeleton.ts';
import type { DispatchEdit, ServiceWrite, SharedChain, Transaction } from './transaction.ts';

/** The input of one call of iptables-restore, in pieces, so that a large one need never stand in memory whole. */
export type RestoreInput = Iterable<string>;

/**
 * How many Services' chains go into one call. The work of iptables-nft grows with the square of the chains in a
 * call; iptables-legacy reads and writes the whole table at every call, so it wants a single one.
 */
export type BatchSize = number | 'all';

/**
 * The calls of iptables-restore that carry out a transaction, in order: first the Services' chains, which
 * nothing leads to yet, last, in one call, everything that leads to them.
 */
export function* restoreInputs(transaction: Transaction, batchSize: BatchSize): Iterable<RestoreInput> {
  if (batchSize === 'all') {
    yield closingInput(transaction, transaction.chainNames(), transaction.services);
    return;
  }
  let batch: ServiceWrite[] = [];
  for (const write of transaction.services) {
    if (batch.length === batchSize) {
      yield serviceInput(transaction.shared, batch);
      batch = [];
    }
    batch.push(write);
  }
  yield closingInput(transaction, namesIn(batch), batch);
}

/** The chains of some Services alone; nothing leads to them yet. They may refer to KUBE-MARK-MASQ, which comes first. */
export function* serviceInput(shared: readonly SharedChain[], writes: readonly ServiceWrite[]): RestoreInput {
  const marks = shared.filter(({ chain }) => chain === 'KUBE-MARK-MASQ');
  yield tableBegins('nat');
  yield declarations('nat', marks) + sharedRules('nat', marks);
  yield* serviceLines(namesIn(writes), writes);
  yield tableEnds;
}

/**
 * Some Services on trial: their chains, and in a chain of their own the rules that would lead to them, or refuse their
 * traffic. It stays until `trialEnd`.
 */
export function* trialInput(
  shared: readonly SharedChain[],
  writes: readonly ServiceWrite[],
  dispatch: readonly DispatchRule[],
): RestoreInput {
  const rulesOf = (table: TableName) =>
    dispatch
      .filter(({ chain }) => chain.startsWith(`${table} `))
      .map(({ rule }) => ruleAppended(trialChain, rule))
      .join('');
  yield tableSection('filter', chainDeclared(trialChain) + rulesOf('filter'));
  yield* serviceInput(shared, writes);
  yield tableSection('nat', chainDeclared(trialChain) + rulesOf('nat'));
}

/** Takes the chain of a trial away, whether it is there or not. */
export function trialEnd(): RestoreInput {
  const end = chainDeclared(trialChain) + chainDeleted(trialChain);
  return [tableSection('filter', end), tableSection('nat', end)];
}

/**
 * Refusals in table filter come before the translations that they replace go, and go after the translations
 * that replace them have come: at no time does a packet find neither.
 */
function* closingInput(
  transaction: Transaction,
  names: Iterable<ChainName>,
  services: Iterable<ServiceWrite>,
): RestoreInput {
  const { shared, edits, stale } = transaction;
  yield* section('mangle', [declarations('mangle', shared)]);
  yield* section('filter', [
    declarations('filter', shared),
    sharedRules('filter', shared),
    jumpLines('filter', transaction),
    editLines('filter', 'insert', edits),
  ]);
  yield tableBegins('nat') + declarations('nat', shared);
  yield* serviceLines(names, services);
  yield sharedRules('nat', shared);
  yield jumpLines('nat', transaction);
  yield editLines('nat', 'insert', edits);
  yield editLines('nat', 'delete', edits);
  // All of them are emptied before the first goes: they may refer to each other.
  yield stale.map((chain) => chainDeclared(chain)).join('');
  yield stale.map(chainDeleted).join('');
  yield tableEnds;
  yield* section('filter', [editLines('filter', 'delete', edits)]);
}

function* section(table: TableName, parts: readonly string[]): Iterable<string> {
  const lines = parts.join('');
  if (lines !== '') yield tableSection(table, lines);
}

function declarations(table: TableName, shared: readonly SharedChain[]): string {
  return shared
    .filter((chain) => chain.table === table)
    .map(({ chain }) => chainDeclared(chain))
    .join('');
}

function sharedRules(table: TableName, shared: readonly SharedChain[]): string {
  return shared
    .filter((chain) => chain.table === table)
    .flatMap(({ chain, rules }) => rules.map((rule) => ruleAppended(chain, rule)))
    .join('');
}

/** Each jump goes to the top, so the last one first, which leaves them in their order. */
function jumpLines(table: TableName, { jumps }: Transaction): string {
  return jumps
    .filter((jump) => jump.table === table)
    .toReversed()
    .map(({ from, rule }) => ruleInserted(from, rule))
    .join('');
}

function editLines(table: TableName, action: DispatchEdit['action'], edits: readonly DispatchEdit[]): string {
  return edits
    .filter((edit) => edit.action === action && edit.chain.startsWith(`${table} `))
    .map(({ chain, rule }) => {
      const name = chain.slice(table.length + 1);
      return action === 'insert' ? ruleInserted(name, rule) : ruleDeleted(name, rule);
    })
    .join('');
}

/**
 * Every chain is declared before any rule, since rules may refer to each of them. In order: iptables-legacy
 * keeps its chains sorted, and 110,000 of them cost it a quarter less that way (bench/README.md).
 */
function* serviceLines(names: Iterable<ChainName>, writes: Iterable<ServiceWrite>): Iterable<string> {
  for (const name of [...names].sort()) yield chainDeclared(name);
  for (const { chains } of writes) {
    let lines = '';
    for (const { name, rules } of chains) for (const rule of rules) lines += ruleAppended(name, rule);
    yield lines;
  }
}

function* namesIn(writes: Iterable<ServiceWrite>): Iterable<ChainName> {
  for (const { chains } of writes) for (const { name } of chains) yield name;
}

import type { ChainName } from '../names.ts';
import { isClientSet } from '../names.ts';
import { type Chain, sameRules, type TableSchema } from '../table/table.ts';
import type { Step, Transaction } from '../table/table-transaction.ts';

/** Whether the existing maps and sets are declared as in the skeleton; missing ones do not matter. */
export function hasSameSets(live: TableSchema, skeleton: TableSchema): boolean {
  return [...live.sets.values()].every(({ name, kind, properties }) => {
    if (isClientSet(name)) return true;
    const wanted = skeleton.sets.get(name);
    return wanted?.kind === kind && wanted.properties.join('\n') === properties.join('\n');
  });
}

/** Deletes base chains that are not ours: no rule leads there, so no packet in transit can still need one. */
export function deleteForeignBaseChains(live: TableSchema, skeleton: TableSchema): Transaction {
  const foreign = [...live.chains.values()].filter(
    ({ name, hook }) => hook !== undefined && !skeleton.chains.has(name),
  );
  return [
    ...foreign.map(({ name }): Step => ({ kind: 'flush-chain', name })),
    ...foreign.map(({ name }): Step => ({ kind: 'delete-chain', name })),
  ];
}

/** Creates what elements of Services need: the table, its maps and sets, and the chains without a hook. */
export function createSchema(live: TableSchema, skeleton: TableSchema): Transaction {
  const isNew = live.sets.size + live.chains.size === 0;
  // To add a table that is there wakes it (man nft, "add table").
  const addsTable = isNew || live.isDormant === true;
  const sets = [...skeleton.sets.values()].filter(({ name }) => !live.sets.has(name));
  const chains = [...skeleton.chains.values()].filter(
    (chain) => isPresent(chain, live) || chain.hook === undefined,
  );
  return [
    ...(addsTable ? [{ kind: 'add-table' as const }] : []),
    ...sets.map((set): Step => ({ kind: 'add-set', set })),
    ...writeChains(chains, live),
  ];
}

/** Adds new base chains, with which the table takes effect. */
export function attachBaseChains(live: TableSchema, skeleton: TableSchema): Transaction {
  const chains = [...skeleton.chains.values()].filter(
    (chain) => !isPresent(chain, live) && chain.hook !== undefined,
  );
  const misplaced = chains.flatMap(({ name }) => (live.chains.has(name) ? [name] : []));
  return [
    ...misplaced.map((name): Step => ({ kind: 'delete-chain', name })),
    ...writeChains(chains, { ...live, chains: withoutThose(live, misplaced) }),
  ];
}

function withoutThose({ chains }: TableSchema, names: readonly ChainName[]): TableSchema['chains'] {
  return new Map([...chains].filter(([name]) => !names.includes(name)));
}

function isPresent({ name, hook }: Chain, live: TableSchema): boolean {
  const existing = live.chains.get(name);
  return existing !== undefined && existing.hook === hook;
}

/** Adds all chains before the first rule, since rules lead from one to another. */
function writeChains(chains: readonly Chain[], live: TableSchema): Transaction {
  const missing = chains.filter(({ name }) => !live.chains.has(name));
  const different = chains.filter(({ name, rules }) => {
    const existing = live.chains.get(name);
    return existing !== undefined && !sameRules(existing.rules, rules);
  });
  return [
    ...missing.map((chain): Step => ({ kind: 'add-chain', chain })),
    ...different.map(({ name }): Step => ({ kind: 'flush-chain', name })),
    ...[...missing, ...different].map(({ name, rules }): Step => ({ kind: 'add-rules', name, rules })),
  ];
}

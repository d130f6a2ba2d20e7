import type { ChainName } from '../names.ts';
import { isClientSet } from '../names.ts';
import { type Chain, sameRules, type TableFrame } from '../table/table.ts';
import type { Step, Transaction } from '../table/transaction.ts';

/** Whether the maps and sets that stand have the form of the skeleton's; none standing is no hindrance. */
export function sameSets(live: TableFrame, skeleton: TableFrame): boolean {
  return [...live.sets.values()].every(({ name, kind, properties }) => {
    if (isClientSet(name)) return true;
    const wanted = skeleton.sets.get(name);
    return wanted?.kind === kind && wanted.properties.join('\n') === properties.join('\n');
  });
}

/** What must be there before the elements of Services: the table, its sets, and the chains that no hook calls. */
export function openFrame(live: TableFrame, skeleton: TableFrame): Transaction {
  const isNew = live.sets.size + live.chains.size === 0;
  const sets = [...skeleton.sets.values()].filter(({ name }) => !live.sets.has(name));
  const chains = [...skeleton.chains.values()].filter(
    (chain) => stands(chain, live) || chain.hook === undefined,
  );
  return [
    ...(isNew ? [{ kind: 'add-table' as const }] : []),
    ...sets.map((set): Step => ({ kind: 'add-set', set })),
    ...writeChains(chains, live),
  ];
}

/** The chains that hooks call, where they are new: with them the table begins to work. */
export function closeFrame(live: TableFrame, skeleton: TableFrame): Transaction {
  const chains = [...skeleton.chains.values()].filter(
    (chain) => !stands(chain, live) && chain.hook !== undefined,
  );
  const misplaced = chains.flatMap(({ name }) => (live.chains.has(name) ? [name] : []));
  return [
    ...misplaced.map((name): Step => ({ kind: 'delete-chain', name })),
    ...writeChains(chains, { ...live, chains: withoutThose(live, misplaced) }),
  ];
}

function withoutThose({ chains }: TableFrame, names: readonly ChainName[]): TableFrame['chains'] {
  return new Map([...chains].filter(([name]) => !names.includes(name)));
}

function stands({ name, hook }: Chain, live: TableFrame): boolean {
  const standing = live.chains.get(name);
  return standing !== undefined && standing.hook === hook;
}

/** All chains before the first rule, since rules lead from one to another. */
function writeChains(chains: readonly Chain[], live: TableFrame): Transaction {
  const missing = chains.filter(({ name }) => !live.chains.has(name));
  const different = chains.filter(({ name, rules }) => {
    const standing = live.chains.get(name);
    return standing !== undefined && !sameRules(standing.rules, rules);
  });
  return [
    ...missing.map((chain): Step => ({ kind: 'add-chain', chain })),
    ...different.map(({ name }): Step => ({ kind: 'flush-chain', name })),
    ...[...missing, ...different].map(({ name, rules }): Step => ({ kind: 'add-rules', name, rules })),
  ];
}

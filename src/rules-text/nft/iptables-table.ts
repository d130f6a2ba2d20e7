import type { BaseChain } from '../ruleset.ts';
import type { ListedTable } from './listed-parts.ts';

/**
 * Whether iptables-nft made a table. nft says so only where a rule has an extension of xtables, so a table counts, too,
 * that has the name, the base chains and, like all of iptables-nft's, no set: iptables-nft-save shows it in any case.
 */
export function isIptablesTable({ family, name, hasXtables, chains, sets }: ListedTable): boolean {
  const own = builtIn.get(name);
  if (family === 'inet' || own === undefined) return false;
  if (hasXtables) return true;
  const bases = [...chains.values()].flatMap(({ base }) => (base === undefined ? [] : [base]));
  return sets.size === 0 && bases.every((base) => base !== 'other' && isBuiltIn(base, name, own));
}

function isBuiltIn(base: BaseChain, table: string, own: ReadonlyMap<string, number>): boolean {
  return (
    own.get(base.name) === base.priority &&
    base.name.toLowerCase() === base.hook &&
    base.type === typeOf(base, table)
  );
}

function typeOf({ hook }: BaseChain, table: string): BaseChain['type'] {
  if (table === 'nat') return 'nat';
  return table === 'mangle' && hook === 'output' ? 'route' : 'filter';
}

function chains(priority: number, ...names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name) => [name, priority]));
}

/** The chains and priorities of iptables' tables. */
const builtIn: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map([
  ['raw', chains(-300, 'PREROUTING', 'OUTPUT')],
  ['mangle', chains(-150, 'PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING')],
  ['filter', chains(0, 'INPUT', 'FORWARD', 'OUTPUT')],
  ['security', chains(50, 'INPUT', 'FORWARD', 'OUTPUT')],
  ['nat', new Map([...chains(-100, 'PREROUTING', 'OUTPUT'), ...chains(100, 'INPUT', 'POSTROUTING')])],
]);

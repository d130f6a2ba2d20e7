import { isClientSet } from '../names.ts';
import { chainHash, sameRules, type TableSchema } from '../table/table.ts';
import type { ManagedTable } from './full-update.ts';
import { hasSameSets } from './schema-steps.ts';

/** Whether a table has the maps, sets and chains that it should have, declared and worded alike, and no others. */
export function hasSchema(live: TableSchema, { skeleton, state }: ManagedTable): boolean {
  if (live.isDormant === true || !hasSameSets(live, skeleton)) return false;
  if (![...skeleton.sets.keys()].every((name) => live.sets.has(name))) return false;
  if (![...live.sets.keys()].every((name) => isClientSet(name) || skeleton.sets.has(name))) return false;
  if (live.chains.size !== skeleton.chains.size + state.chains.size) return false;
  return [...live.chains.values()].every((chain) => {
    const own = skeleton.chains.get(chain.name);
    if (own === undefined) return state.chains.get(chain.name) === chainHash(chain);
    return own.hook === chain.hook && sameRules(own.rules, chain.rules);
  });
}

import memoize from 'lodash/memoize.js';
import { hasFailed } from '../backend/failure.ts';
import { deleteTable, openNetlinkTable } from '../kernel/netlink/nf-tables/netlink-table.ts';
import { type Family, families } from '../net/family.ts';
import { nftFamily } from '../nftables/nftables-options.ts';
import { sameRules } from '../nftables/table/table.ts';
import {
  masqueradeChain,
  masqueradeHook,
  masqueradeRules,
  masqueradeTableName,
  masqueradeTransaction,
} from './masquerade-table.ts';
import type { MasqueradePlan } from './network-plan.ts';

/** Has the table of each family as planned; returns what was done, a line each. Rejects with a `ToolError` where that fails. */
export async function applyMasquerade(plan: MasqueradePlan | undefined): Promise<readonly string[]> {
  const done: string[] = [];
  for (const family of families) {
    const rules = plan === undefined ? [] : masqueradeRules(plan, family);
    if (rules.length === 0) {
      if (await isDeleted(family)) done.push(`${family} masquerading removed`);
      continue;
    }
    const table = await tableOf(family);
    const found = (await table.read())?.chains.get(masqueradeChain);
    if (found?.hook === masqueradeHook && sameRules(found.rules, rules)) continue;
    await table.apply(masqueradeTransaction(rules));
    done.push(`${family} masquerading set, of ${rules.length} rules`);
  }
  return done;
}

/** Opened once: it has buffers, and each look asks for it. */
const tableOf = memoize((family: Family) =>
  openNetlinkTable({ family: nftFamily(family), name: masqueradeTableName, declaration: () => undefined }),
);

/** Whether there was a table of the family. A kernel without nf_tables for it has none. */
async function isDeleted(family: Family): Promise<boolean> {
  try {
    return await deleteTable(nftFamily(family), masqueradeTableName);
  } catch (error) {
    if (hasFailed(error, 'refused')) return false;
    throw error;
  }
}

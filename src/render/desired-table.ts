import type { ProxyConfig } from '../config/proxy-config.ts';
import { nftablesSkeleton } from '../kernel/rule-files.ts';
import type { Family } from '../net/family.ts';
import { nftablesOptions, type TableFacts } from '../nftables/derive-nftables-options.ts';
import { emptyTable, type Table } from '../nftables/table/table.ts';
import { TableModel } from '../nftables/table/table-model.ts';
import { fullUpdate, newTable } from '../nftables/update/full-update.ts';
import { currentPlans, type LoadedState } from '../plan/loaded-state.ts';

/**
 * The table that a node with these facts should have in one family. Endpoints keep the slots that they have in an
 * existing table.
 */
export function desiredTable(
  family: Family,
  loaded: LoadedState,
  config: ProxyConfig,
  facts: Omit<TableFacts, 'serviceCIDRs'>,
  live: Table = emptyTable,
): Table {
  const options = nftablesOptions(family, config, { ...facts, serviceCIDRs: loaded.state.serviceCIDRs });
  const table = newTable(nftablesSkeleton(), options);
  const wanted = new TableModel(live);
  for (const transaction of fullUpdate({ ...table, live, plans: currentPlans(loaded, family), now: 0 })) {
    wanted.apply(transaction);
  }
  wanted.apply(table.state.tidy(0));
  return wanted;
}

import type { ProxyConfig } from '../config/proxy-config.ts';
import { nftablesSkeleton } from '../kernel/rule-files.ts';
import type { Family } from '../net/family.ts';
import { nftablesOptions, type TableFacts } from '../nftables/derive-options.ts';
import { fullUpdate } from '../nftables/full-update.ts';
import { Shapes } from '../nftables/shapes.ts';
import { skeletonTable } from '../nftables/skeleton.ts';
import { emptyTable, type Table } from '../nftables/table.ts';
import { TableBook } from '../nftables/table-book.ts';
import { TableModel } from '../nftables/table-model.ts';
import type { LoadedState } from './inputs.ts';

/**
 * The table that a node with these facts should have in one family. Where one stands, the endpoints keep the slots that
 * they have in it.
 */
export function desiredTable(
  family: Family,
  { state, book, context }: LoadedState,
  config: ProxyConfig,
  facts: Omit<TableFacts, 'serviceCIDRs'>,
  live: Table = emptyTable,
): Table {
  if (state.hasDirty) book.update(context());
  const options = nftablesOptions(family, config, { ...facts, serviceCIDRs: state.serviceCIDRs });
  const tableBook = new TableBook();
  const wanted = new TableModel(live);
  const update = fullUpdate({
    live,
    skeleton: skeletonTable(nftablesSkeleton(), options),
    plans: book.plans(family),
    book: tableBook,
    shapes: new Shapes(options),
    options,
    now: 0,
  });
  for (const transaction of update) wanted.apply(transaction);
  wanted.apply(tableBook.tidy(0));
  return wanted;
}

import { setTimeout as delay } from 'node:timers/promises';
import { openTable } from '../../src/kernel/open-table.ts';
import { formatTransaction, type Transaction } from '../../src/nftables/table/table-transaction.ts';
import { backendOf, type LoadedCluster } from './proxy.ts';

/**
 * What a Portolan that starts now would change in the IPv4 table to make it equal to the plans, as nft commands; empty
 * where the table is equal already. Changes nothing.
 */
export async function differenceToPlans(cluster: LoadedCluster): Promise<string> {
  let difference = '';
  const apply = async (transaction: Transaction) => {
    difference += formatTransaction(transaction, { family: 'IPv4' });
  };
  const backend = await backendOf('IPv4', cluster, { ...(await openTable('IPv4')), apply });
  await backend.syncAll(cluster.loaded.book.plans('IPv4'));
  // What nobody uses any more would go a little later.
  for (let wait = backend.tidyDelay; wait !== undefined; wait = backend.tidyDelay) {
    await delay(wait);
    await backend.tidy();
  }
  return difference;
}

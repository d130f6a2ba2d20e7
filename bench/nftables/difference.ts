import { setTimeout as delay } from 'node:timers/promises';
import { backendOf, type LoadedCluster } from './proxy.ts';

/**
 * What a Portolan that starts now would change in the IPv4 table to make it equal to the plans, as nft commands; empty
 * where the table is equal already. Changes nothing.
 */
export async function differenceToPlans(cluster: LoadedCluster): Promise<string> {
  let difference = '';
  const note = async (commands: string) => {
    difference += commands;
  };
  const backend = backendOf('IPv4', { ...cluster, tool: { ...cluster.tool, apply: note } });
  await backend.syncAll(cluster.loaded.book.plans('IPv4'));
  // What nobody uses any more would go a little later.
  for (let wait = backend.tidyDelay; wait !== undefined; wait = backend.tidyDelay) {
    await delay(wait);
    await backend.tidy();
  }
  return difference;
}

import { hasFailed } from '../../backend/failure.ts';
import { listNfTables, type NftTitle } from '../netlink/nf-tables/requests.ts';
import { feed } from './nft-command.ts';

/**
 * Removes the table; tells whether it was there. Throws a `ToolError` where it may still be. Without a look at what is there:
 * even for `list tables` nft reads all tables, those of iptables-nft too, which takes minutes where they hold 100,000 chains.
 */
export async function removeTable({ family, name }: NftTitle): Promise<boolean> {
  try {
    await feed(`delete table ${family} ${name}\n`, 'apply', { request: 'deletion' });
    return true;
  } catch (error) {
    if (hasFailed(error, 'absent')) return false;
    // Where neither nft nor netlink can be used, nothing here can have made one.
    if (hasFailed(error, 'missing') && !(await isThere({ family, name }))) return false;
    throw error;
  }
}

async function isThere({ family, name }: NftTitle): Promise<boolean> {
  const titles = (await listNfTables()) ?? [];
  return titles.some((title) => title.family === family && title.name === name);
}

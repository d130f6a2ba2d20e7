import { ToolError } from '../../backend/failure.ts';
import { formatEndpoint, parseAddress } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { servicePortOfChain } from '../../nftables/kube-proxy-chains.ts';
import { ListingReader } from '../../rules-text/nft/listing-reader.ts';
import { chainsIn } from '../../rules-text/nft/scan-rule.ts';
import { elementParts, splitElements } from '../../rules-text/nft/set/element-parts.ts';
import type { ProxyTable } from '../live-view.ts';
import { Unobservable } from '../unobservable.ts';
import { listByCommand } from './nft-command.ts';

/**
 * The Services that a proxy's table of nftables has in its map of addresses; `undefined` where there is no such table.
 * Only that table is asked for: to list tables, nft would read all of them. Throws an `Unobservable`
 * where it cannot be read.
 */
export async function servedServices(
  table: ProxyTable,
  family: Family,
): Promise<readonly string[] | undefined> {
  const nftFamily = family === 'IPv4' ? 'ip' : 'ip6';
  try {
    const reader = new ServedServicesReader();
    for await (const line of listByCommand(['map', nftFamily, table, maps[table]])) reader.line(line);
    return [...reader.services];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.failure === 'absent' || error.failure === 'missing') return undefined;
    throw new Unobservable(error.message, { cause: error });
  }
}

const maps = { portolan: 'services', 'kube-proxy': 'service-ips' } as const;

/** Reads the listing of such a map. Portolan's chains serve many Services, so there the address has to do. */
export class ServedServicesReader {
  readonly services = new Set<string>();
  readonly #listing = new ListingReader();

  line(raw: string): void {
    const part = this.#listing.line(raw);
    if (part?.kind !== 'elements') return;
    for (const element of splitElements(part.text)) {
      const { key, data = '' } = elementParts(element);
      const [text = '', , port] = key.split(' . ');
      const [address, chain] = [parseAddress(text), chainsIn(data)[0]];
      if (address !== undefined && chain !== undefined)
        this.services.add(servicePortOfChain(chain) ?? formatEndpoint(address, Number(port)));
    }
  }
}

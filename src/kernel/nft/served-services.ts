import { ToolError } from '../../backend/failure.ts';
import type { Family } from '../../net/family.ts';
import type { ProxyTable } from '../live-view.ts';
import { Unobservable } from '../unobservable.ts';
import { listByCommand } from './nft-command.ts';

/**
 * The Services that a proxy's table of nftables has in its map of addresses; `undefined` where there is no such table.
 * Only that table is asked for: to list tables, nft would read all of them (see removeTable). Throws an `Unobservable`
 * where it cannot be read.
 */
export async function servedServices(
  table: ProxyTable,
  family: Family,
): Promise<readonly string[] | undefined> {
  const nftFamily = family === 'IPv4' ? 'ip' : 'ip6';
  try {
    const services = new Set<string>();
    for await (const line of listByCommand(['map', nftFamily, table, maps[table]]))
      for (const service of readServedServices(line)) services.add(service);
    return [...services];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.failure === 'absent' || error.failure === 'missing') return undefined;
    throw new Unobservable(error.message, { cause: error });
  }
}

const maps = { portolan: 'services', 'kube-proxy': 'service-ips' } as const;

/**
 * Elements of a line: `10.96.10.3 . tcp . 80 : goto service-E2IH552V-default/shop/tcp/http`. Portolan's chains serve many
 * Services, so there the address has to do.
 */
export function readServedServices(line: string): readonly string[] {
  return [...line.matchAll(element)].map(([, address, port, namespace, name, portName]) => {
    if (name === undefined) return address?.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    return `${namespace}/${name}${portName === undefined || portName === '' ? '' : `:${portName}`}`;
  });
}

const element =
  /([0-9a-f.:]+) \. (?:tcp|udp|sctp) \. (\d+)(?: counter packets \d+ bytes \d+)?(?: comment "[^"]*")? : (?:goto|jump) (?:\w+-[A-Z0-9]{8}-([^/\s]+)\/([^/\s]+)\/\w+\/([^\s,}]*))?/g;

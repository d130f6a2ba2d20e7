import type { Family } from '../../net/family.ts';
import { type ListingText, nftTables } from '../../rules-text/split-listing.ts';

/** The block of one table; `undefined` where the listing does not have it. */
export function tableBlock(text: string, family: Family, name: string): string | undefined {
  const header = `table ${family === 'IPv4' ? 'ip' : 'ip6'} ${name} {`;
  return nftTables(text).find((table) => table.startsWith(header));
}

/** The listing without the tables of Portolan and kube-proxy; nothing where it has no others. */
export function withoutProxyTables({ kind, text }: ListingText): readonly ListingText[] {
  if (kind === 'iptables-save') return [{ kind, text }];
  if (kind === 'nft-json') return [{ kind, text: withoutProxyObjects(text) }];
  const tables = nftTables(text).filter((table) => !proxyTable.test(table));
  return tables.length === 0 ? [] : [{ kind, text: tables.join('\n') }];
}

const proxyTable = /^table ip6? (?:portolan|kube-proxy) /;

/** Every object of `nft -j` but the table itself names its table. */
function withoutProxyObjects(text: string): string {
  const listing: unknown = JSON.parse(text);
  return JSON.stringify(listing, (key, value: unknown) => {
    if (key !== 'nftables' || !Array.isArray(value)) return value;
    return value.filter((item: unknown) => !isOfProxy(item));
  });
}

function isOfProxy(item: unknown): boolean {
  if (typeof item !== 'object' || item === null) return false;
  return Object.entries(item).some(([kind, object]: [string, unknown]) => {
    const { name, table } = typeof object === 'object' && object !== null ? (object as Named) : {};
    return ['portolan', 'kube-proxy'].includes(String(kind === 'table' ? name : table));
  });
}

interface Named {
  readonly name?: unknown;
  readonly table?: unknown;
}

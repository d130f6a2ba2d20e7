import { type Address, parseAddress } from './address.ts';

/**
 * Reads `IP:port`, `[IPv6]:port`, or an address alone, which gets the usual port; `undefined` where it is none of these, or the port
 * is below `leastPort`.
 */
export function parseSocketAddress(
  text: string,
  usualPort: number,
  leastPort: 0 | 1,
): { readonly address: Address; readonly port: number } | undefined {
  const alone = parseAddress(text.replace(/^\[(.*)\]$/, '$1'));
  if (alone !== undefined) return { address: alone, port: usualPort };
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain);
  const port = Number(digits);
  return address === undefined || digits === '' || port < leastPort || port > 0xffff
    ? undefined
    : { address, port };
}

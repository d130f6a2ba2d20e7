import { type Address, parseAddress } from '../../net/address.ts';
import type { CniResult } from './network-list.ts';

/** The addresses of a result (CNI specification 1.1, section 5), the first of each family first as the kubelet reports them. */
export function addressesOf(result: CniResult | undefined): readonly Address[] {
  const ips = Array.isArray(result?.ips) ? result.ips : [];
  return ips.flatMap((ip: { readonly address?: unknown }) => {
    const [text = ''] = typeof ip.address === 'string' ? ip.address.split('/') : [];
    return parseAddress(text) ?? [];
  });
}

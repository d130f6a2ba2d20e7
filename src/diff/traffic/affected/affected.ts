import type { Address } from '../../../net/address.ts';
import type { TrafficFrontend } from '../traffic-frontend.ts';

/** The frontends that two sets of rules may treat differently: their addresses, and the numbers of node ports. */
export type Affected =
  | 'all'
  | { readonly addresses: ReadonlySet<string>; readonly ports: ReadonlySet<number> };

/**
 * Whether a frontend is certainly treated the same. An external IP that is the node's own address precedes node ports.
 */
export function isUnaffected(
  { address, port }: TrafficFrontend,
  affected: Affected,
  nodeAddresses: readonly Address[],
): boolean {
  if (affected === 'all') return false;
  if (address !== undefined) return !affected.addresses.has(address);
  return !affected.ports.has(port) && !nodeAddresses.some((own) => affected.addresses.has(own));
}

export function union(some: Affected, others: Affected): Affected {
  if (some === 'all' || others === 'all') return 'all';
  return {
    addresses: new Set([...some.addresses, ...others.addresses]),
    ports: new Set([...some.ports, ...others.ports]),
  };
}

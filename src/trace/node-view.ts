import { type Address, isLoopback } from '../net/address.ts';
import type { NodeView } from './packet.ts';

/** A node of which no more is known than its addresses. */
export function nodeWithAddresses(addresses: Iterable<Address>): NodeView {
  const own = new Set(addresses);
  const isLocal = (address: Address) => isLoopback(address) || own.has(address);
  return {
    isLocal,
    interfaceTo: (address) => (isLocal(address) ? 'lo' : undefined),
    remembers: () => undefined,
  };
}

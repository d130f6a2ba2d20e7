import type { Address } from '../net/address.ts';
import type { Protocol } from '../net/family.ts';

/** The first packet of a connection. */
export interface Packet {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: Protocol;
  readonly port: number;
  /** Unknown where absent: clients take any. */
  readonly sourcePort?: number | undefined;
  /** The interface that it comes in by; unknown where absent. The node's own packets have none. */
  readonly inputInterface?: string | undefined;
}

/** What the rules may ask of the node. */
export interface NodeView {
  /** Whether the address is one of the node's own: then its packets come in by no interface, and those for it go no further. */
  isLocal(address: Address): boolean;
  /** The interface that leads there; `undefined` where nobody knows. */
  interfaceTo(address: Address): string | undefined;
  /** Whether a list of xt_recent remembers the address from the last `seconds`, or at all; `undefined` where nobody knows. */
  remembers(list: string, address: Address, seconds?: number): boolean | undefined;
}

import type { Address } from '../../net/address.ts';
import { type Protocol, protocols } from '../../net/family.ts';
import type { ExplainOptions } from '../explain-options.ts';

/** What a packet may be made of: one of these addresses, in one family. */
export interface PacketTarget {
  readonly address: Address;
  readonly port: number;
  readonly protocol: Protocol;
}

/** As objects write it; `undefined` where the options name none. */
export function askedProtocol({ protocol }: ExplainOptions): Protocol | undefined {
  return protocols.find((known) => known.toLowerCase() === protocol);
}

import type { Address } from '../../net/address.ts';
import { type Protocol, protocols } from '../../net/family.ts';
import type { ExplainOptions } from '../explain-options.ts';

/** A destination that the packet may have. */
export interface PacketTarget {
  readonly address: Address;
  readonly port: number;
  readonly protocol: Protocol;
}

/** The protocol of `--protocol`, spelt as in objects; `undefined` where the option is absent. */
export function askedProtocol({ protocol }: ExplainOptions): Protocol | undefined {
  return protocols.find((known) => known.toLowerCase() === protocol);
}

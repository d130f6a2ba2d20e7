import { parseAddress } from '../../../../net/address.ts';
import { type Cidr, cidrContains } from '../../../../net/cidr.ts';
import { addressAt, sizeOf } from '../../../network/ranges.ts';

/** Why a Service cannot have an address of its choice; `undefined` where it can. */
export function mayBeClusterIP(text: string, cidr: Cidr, taken: ReadonlySet<string>): string | undefined {
  const address = parseAddress(text);
  if (address === undefined || !cidrContains(cidr, address))
    return `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${cidr}`;
  return taken.has(address) ? 'provided IP is already allocated' : undefined;
}

/**
 * The first free address behind those that are easily chosen by hand: the first 16 of a range are left to Services that
 * name theirs, as long as there are others (KEP-3070).
 */
export function freeAddress(cidr: Cidr, taken: ReadonlySet<string>): string | undefined {
  const last = sizeOf(cidr) - 1n;
  const reserved = last > 32n ? 16n : 0n;
  return firstFree(cidr, taken, reserved + 1n, last) ?? firstFree(cidr, taken, 1n, reserved);
}

function firstFree(cidr: Cidr, taken: ReadonlySet<string>, from: bigint, to: bigint): string | undefined {
  for (let index = from; index <= to; index += 1n) {
    const address = addressAt(cidr, index);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

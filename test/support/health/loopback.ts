import type { Address } from '../../../src/net/address.ts';

let last = 0;

/** An address of the loopback network that nothing else in these tests listens on. */
export function loopbackAddress(): Address {
  last += 1;
  return `127.${100 + (process.pid % 100)}.${(process.pid >> 7) % 250}.${last}` as Address;
}

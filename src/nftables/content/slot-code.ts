import { writeAddress } from '../../net/address-bytes.ts';
import type { Endpoint } from '../../plan/service-plan.ts';

/**
 * A number for the data of a slot: of an endpoint, and of the data as the kernel has it. To compare numbers takes no text, of which
 * there would be a hundred thousand.
 */
export function slotCode({ address, port }: Endpoint): number {
  const length = writeAddress(address, scratch, 0);
  scratch[length] = port >> 8;
  scratch[length + 1] = port & 0xff;
  scratch[length + 2] = 0;
  scratch[length + 3] = 0;
  return codeOfData(scratch, 0, length + 4);
}

const scratch = Buffer.alloc(20);

/** The same of an address and a port in registers of 4 bytes. Two 32-bit FNV-1a hashes, of words, combined into 52 bits. */
export function codeOfData(bytes: Buffer, start: number, end: number): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = start; at + 4 <= end; at += 4) {
    const word = bytes.readInt32LE(at);
    low = Math.imul(low ^ word, 0x01000193);
    high = Math.imul(high ^ word, 0x5bd1e995);
  }
  return (low >>> 0) + (high >>> 12) * 2 ** 32;
}

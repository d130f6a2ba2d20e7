import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/net/address.ts';
import { writeAddress } from '../../src/net/address-bytes.ts';
import { addressNumber, addressOf } from '../../src/net/numbers.ts';
import { address } from '../support/records.ts';

function bytesOf(text: string): string {
  const bytes = Buffer.alloc(18, 0xee);
  const length = writeAddress(address(text), bytes, 1);
  return bytes.subarray(0, length + 2).toString('hex');
}

test.each([
  ['0.0.0.0', '00000000'],
  ['10.244.0.255', '0af400ff'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['fd00:10:244::a', 'fd00001002440000000000000000000a'],
  ['2001:db8::', '20010db8000000000000000000000000'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
])('%s is written in the order of the network, and nothing around it', (text, bytes) => {
  expect(bytesOf(text)).toBe(`ee${bytes}ee`);
});

test('every address is written as its number', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const read = parseAddress(text) ?? addressOf(0n, 'IPv4');
      const bytes = bytesOf(read).slice(2, -2);
      expect(BigInt(`0x${bytes}`)).toBe(addressNumber(read));
    }),
    { numRuns: 300 },
  );
});

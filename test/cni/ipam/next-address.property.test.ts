import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextAddress } from '../../../src/cni/ipam/next-address.ts';
import { type Range, type RangeSet, rangeContains, rangeOf } from '../../../src/cni/ipam/ranges.ts';
import type { Address } from '../../../src/net/address.ts';
import type { Cidr } from '../../../src/net/cidr.ts';
import { addressNumber, addressOf } from '../../../src/net/numbers.ts';

const subnets = (['10.0.0.0/29', '10.0.1.0/30', '10.0.2.0/28'] as Cidr[]).flatMap(
  (subnet) => rangeOf(subnet, {}) ?? [],
);

const rangeSets: fc.Arbitrary<RangeSet> = fc.shuffledSubarray(subnets, { minLength: 1 });

test('containers that come and go never share an address, and get one as long as one is free', () => {
  fc.assert(
    fc.property(rangeSets, fc.array(fc.nat(30), { maxLength: 80 }), (ranges, steps) => {
      const usable = new Set(ranges.flatMap(addressesOf));
      const reserved: Address[] = [];
      let last: Address | undefined;
      for (const step of steps) {
        if (step % 3 === 0 && reserved.length > 0) {
          reserved.splice(step % reserved.length, 1);
          continue;
        }
        const found = nextAddress(ranges, (address) => reserved.includes(address), last);
        expect(found === undefined).toBe(reserved.length === usable.size);
        if (found === undefined) continue;
        expect(usable.has(found.address) && !reserved.includes(found.address)).toBe(true);
        expect(rangeContains(found.range, found.address)).toBe(true);
        reserved.push(found.address);
        last = found.address;
      }
    }),
  );
});

test('an address rests until all others that are free had their turn', () => {
  fc.assert(
    fc.property(rangeSets, (ranges) => {
      const count = ranges.flatMap(addressesOf).length;
      const given: Address[] = [];
      for (let turn = 0; turn < 2 * count; turn += 1) {
        const found = nextAddress(ranges, () => false, given.at(-1));
        if (found !== undefined) given.push(found.address);
      }
      expect(new Set(given.slice(0, count)).size).toBe(count);
      expect(given.slice(count)).toEqual(given.slice(0, count));
    }),
  );
});

function addressesOf({ start, end, gateway }: Range): readonly Address[] {
  const [first, last] = [addressNumber(start), addressNumber(end)];
  const all = Array.from({ length: Number(last - first) + 1 }, (_, at) =>
    addressOf(first + BigInt(at), 'IPv4'),
  );
  return all.filter((address) => address !== gateway);
}

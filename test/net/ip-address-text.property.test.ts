import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import own from '../../src/net/ip-address-text.ts';

const zeros = fc.array(fc.constantFrom('0', '1', 'ffff', 'a0', '0db8'), { minLength: 8, maxLength: 8 });
/** ipaddr.js reads ::1.2.3.4 as if it were ::ffff:1.2.3.4. */
const isReadOtherwise = (text: string) => text.includes('.') && !text.startsWith('::ffff:');
const addresses = fc.oneof(
  fc.ipV6().filter((text) => !isReadOtherwise(text)),
  zeros.map((groups) => groups.join(':')),
  fc.ipV4().map((text) => `::ffff:${text}`),
);

test('an IPv6 address is written, and known as one of IPv4, as by ipaddr.js', () => {
  fc.assert(
    fc.property(addresses, fc.nat(128), (text, length) => {
      const [ours, theirs] = [own.IPv6.parse(text), ipaddr.IPv6.parse(text)];
      expect(ours.toString()).toBe(theirs.toString());
      expect(ours.toNormalizedString()).toBe(theirs.toNormalizedString());
      expect(ours.isIPv4MappedAddress()).toBe(theirs.isIPv4MappedAddress());
      if (theirs.isIPv4MappedAddress())
        expect(ours.toIPv4Address().toString()).toBe(theirs.toIPv4Address().toString());
      const cidr = `${theirs}/${length}`;
      expect(own.IPv6.networkAddressFromCIDR(cidr).toString()).toBe(
        ipaddr.IPv6.networkAddressFromCIDR(cidr).toString(),
      );
      expect(own.fromByteArray(theirs.toByteArray()).toString()).toBe(theirs.toString());
    }),
    { numRuns: 5_000 },
  );
});

test('the network of an IPv4 address is that of ipaddr.js', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(32), (text, length) => {
      const cidr = `${text}/${length}`;
      expect(own.IPv4.networkAddressFromCIDR(cidr).toString()).toBe(
        ipaddr.IPv4.networkAddressFromCIDR(cidr).toString(),
      );
    }),
  );
});

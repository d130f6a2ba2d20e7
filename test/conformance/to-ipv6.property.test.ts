import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cidrContains } from '../../src/net/cidr.ts';
import { toIPv6 } from '../support/conformance/to-ipv6.ts';
import { address, cidr } from '../support/records.ts';

test('as IPv6, an address is in a network just when it was before', () => {
  const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
  const hosts = octets.map((numbers) => numbers.join('.')).filter((text) => !/^(127|0)\./.test(text));
  const near = fc.tuple(hosts, fc.nat(32), fc.nat(32)).map(([host, flipped, length]) => {
    const other = flipBit(host, flipped);
    return { host, network: `${other}/${length}` };
  });
  fc.assert(
    fc.property(
      near.filter(({ network }) => !/^(127|0)\./.test(cidr(network))),
      ({ host, network }) => {
        const masked = cidr(network);
        const before = cidrContains(masked, address(host));
        expect(cidrContains(cidr(toIPv6(masked)), address(toIPv6(host)))).toBe(before);
      },
    ),
  );
});

function flipBit(address: string, bit: number): string {
  const octets = address.split('.').map(Number);
  return octets.map((octet, index) => (bit >> 3 === index ? octet ^ (128 >> (bit % 8)) : octet)).join('.');
}

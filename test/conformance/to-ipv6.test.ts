import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, parseAddress } from '../../src/net/address.ts';
import { type Cidr, cidrContains, parseCidr } from '../../src/net/cidr.ts';
import { toIPv6 } from '../support/conformance/to-ipv6.ts';

describe('toIPv6', () => {
  test.each([
    ['10.180.0.1', 'fd00:a:b4::1'],
    ['192.168.1.2', 'fd00:c0:a8:1::2'],
    ['10.0.0.0/8', 'fd00:a::/32'],
    [' 203.0.113.0/25', ' fd00:cb:0:71::/121'],
    ['10.180.0.1:80', '[fd00:a:b4::1]:80'],
    ['127.0.0.0/8', '::1/128'],
    ['0.0.0.0/0', '::/0'],
    ['IPv4', 'IPv6'],
    ['svc1', 'svc1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('%s is %s', (text, translated) => {
    expect(canonical(toIPv6(text))).toBe(canonical(translated));
  });

  test('an address is in a network just when it was before', () => {
    const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const address = octets.map((numbers) => numbers.join('.')).filter((text) => !/^(127|0)\./.test(text));
    const near = fc.tuple(address, fc.nat(32), fc.nat(32)).map(([host, flipped, length]) => {
      const other = flipBit(host, flipped);
      return { host, network: `${other}/${length}` };
    });
    fc.assert(
      fc.property(
        near.filter(({ network }) => !/^(127|0)\./.test(cidr(network))),
        ({ host, network }) => {
          const masked = cidr(network);
          const before = cidrContains(masked, ip(host));
          expect(cidrContains(cidr(toIPv6(masked)), ip(toIPv6(host)))).toBe(before);
        },
      ),
    );
  });
});

function canonical(text: string): string {
  return parseAddress(text) ?? parseCidr(text) ?? text;
}

function flipBit(address: string, bit: number): string {
  const octets = address.split('.').map(Number);
  return octets.map((octet, index) => (bit >> 3 === index ? octet ^ (128 >> (bit % 8)) : octet)).join('.');
}

function ip(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function cidr(text: string): Cidr {
  const network = parseCidr(text);
  if (network === undefined) throw new Error(`${text} is no network`);
  return network;
}

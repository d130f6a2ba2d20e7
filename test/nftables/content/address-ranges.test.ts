import { describe, expect, test } from 'vitest';
import { type Address, parseAddress } from '../../../src/net/address.ts';
import type { Cidr } from '../../../src/net/cidr.ts';
import { mergedRanges } from '../../../src/nftables/content/address-ranges.ts';
import { oneOf } from '../../../src/nftables/content/listed-form.ts';
import { address, cidr } from '../../support/records.ts';

describe('addresses and networks are listed', () => {
  const cases: readonly {
    readonly name: string;
    readonly networks: readonly string[];
    readonly listed: readonly string[];
  }[] = [
    { name: 'as they are, where there is one', networks: ['10.0.0.0/8'], listed: ['10.0.0.0/8'] },
    {
      name: 'in the order of their numbers',
      networks: ['10.0.0.0/8', '9.0.0.1'],
      listed: ['9.0.0.1', '10.0.0.0/8'],
    },
    { name: 'as an address, where a network has one', networks: ['10.0.0.1/32'], listed: ['10.0.0.1'] },
    { name: 'once', networks: ['10.0.0.1', '10.0.0.1/32', '10.0.0.1'], listed: ['10.0.0.1'] },
    { name: 'without those inside others', networks: ['10.0.0.0/8', '10.1.0.0/16'], listed: ['10.0.0.0/8'] },
    {
      name: 'as one network, where they make one',
      networks: ['10.0.1.0/24', '10.0.0.0/24'],
      listed: ['10.0.0.0/23'],
    },
    {
      name: 'as a range, where they touch and make no network',
      networks: ['10.0.1.0/24', '10.0.2.0/24'],
      listed: ['10.0.1.0-10.0.2.255'],
    },
    {
      name: 'as a range, where the size is right and the place is not',
      networks: ['10.0.0.1', '10.0.0.2'],
      listed: ['10.0.0.1-10.0.0.2'],
    },
    {
      name: 'apart, where one address is between them',
      networks: ['10.0.0.1', '10.0.0.3'],
      listed: ['10.0.0.1', '10.0.0.3'],
    },
    {
      name: 'to the last address that there is',
      networks: ['255.255.255.255', '255.255.255.254'],
      listed: ['255.255.255.254/31'],
    },
    {
      name: 'for IPv6 in its shortest form',
      networks: ['fd00:0:0:1::/64', 'fd00::/64', '2001:db8::1'],
      listed: ['2001:db8::1', 'fd00::/63'],
    },
    {
      name: 'for IPv6 below the first 96 bits',
      networks: ['::1', '::2', '::'],
      listed: ['::-::2'],
    },
  ];

  test.each(cases)('$name', ({ networks, listed }) => {
    expect(mergedRanges(networks.map(network))).toEqual(listed);
  });

  test('as a match without braces, where it is one', () => {
    expect(oneOf([cidr('10.0.0.0/9'), cidr('10.128.0.0/9')])).toBe('10.0.0.0/8');
  });

  test('as an anonymous set, where they are several', () => {
    expect(oneOf([address('10.0.0.3'), address('10.0.0.1')])).toBe('{ 10.0.0.1, 10.0.0.3 }');
  });
});

function network(text: string): Address | Cidr {
  return parseAddress(text) ?? cidr(text);
}

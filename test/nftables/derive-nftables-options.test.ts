import { describe, expect, test } from 'vitest';
import { nftablesOptions, type TableFacts } from '../../src/nftables/derive-nftables-options.ts';
import type { NodeRecord } from '../../src/state/records.ts';
import { resolveFile } from '../support/config/resolve.ts';
import { address, cidr } from '../support/records.ts';

const node: NodeRecord = {
  name: 'node-0',
  zone: '',
  addresses: [address('192.168.50.10'), address('2001:db8:50::10')],
  podCIDRs: [cidr('10.244.1.0/24'), cidr('fd00:10:1::/64')],
  beingDeleted: false,
};

const facts: TableFacts = {
  localAddresses: [
    '127.0.0.1',
    '192.168.50.10',
    '10.244.1.1',
    '172.17.0.1',
    '::1',
    '2001:db8:50::10',
    'fe80::1',
  ].map(address),
  nodeIPs: { IPv4: address('192.168.50.10'), IPv6: address('2001:db8:50::10') },
  node,
  serviceCIDRs: [
    { name: 'kubernetes', cidrs: [cidr('10.96.0.0/16'), cidr('fd00:96::/112')] },
    { name: 'more', cidrs: [cidr('10.112.0.0/16')] },
  ],
};

function derive(lines: string, family: 'IPv4' | 'IPv6' = 'IPv4', overrides: Partial<TableFacts> = {}) {
  const { config } = resolveFile(`mode: nftables\n${lines}`);
  return nftablesOptions(family, config, { ...facts, ...overrides });
}

describe('node ports answer', () => {
  test.each([
    ["on the node's primary address by default", '', 'IPv4', ['192.168.50.10']],
    ["on the node's primary address of each family", '', 'IPv6', ['2001:db8:50::10']],
    [
      "on the node's primary address, where that is asked for",
      'nodePortAddresses: [primary]\n',
      'IPv4',
      ['192.168.50.10'],
    ],
    [
      "on the node's addresses in the networks",
      'nodePortAddresses: [192.168.0.0/16, 172.17.0.0/16]\n',
      'IPv4',
      ['192.168.50.10', '172.17.0.1'],
    ],
    ['on no loopback address', 'nodePortAddresses: [127.0.0.0/8, 10.244.0.0/16]\n', 'IPv4', ['10.244.1.1']],
    [
      'nowhere, where the node has no address in the networks',
      'nodePortAddresses: [198.51.100.0/24]\n',
      'IPv4',
      [],
    ],
    ['nowhere, where that is a loopback address', 'nodePortAddresses: [127.0.0.0/8]\n', 'IPv4', []],
    ['everywhere, by the network of all addresses', 'nodePortAddresses: [0.0.0.0/0]\n', 'IPv4', 'all'],
    [
      'everywhere in the family that no network is of',
      'nodePortAddresses: [192.168.0.0/16]\n',
      'IPv6',
      'all',
    ],
  ] as const)('%s', (_, lines, family, addresses) => {
    expect(derive(lines, family).nodePortAddresses).toEqual(addresses);
  });
});

describe('the networks of ClusterIPs', () => {
  test('are those of all ServiceCIDRs in the family', () => {
    expect(derive('').serviceCIDRs).toEqual(['10.96.0.0/16', '10.112.0.0/16']);
    expect(derive('', 'IPv6').serviceCIDRs).toEqual(['fd00:96::/112']);
  });

  test('are none where no ServiceCIDR is known', () => {
    expect(derive('', 'IPv4', { serviceCIDRs: [] }).serviceCIDRs).toEqual([]);
  });
});

describe("the pods' own traffic is told", () => {
  test('by the network of all pods, each family by its own', () => {
    const lines = 'detectLocalMode: ClusterCIDR\nclusterCIDR: 10.244.0.0/16,fd00:10::/32\n';
    expect(derive(lines).localDetector).toEqual({ by: 'cidr', cidr: '10.244.0.0/16' });
    expect(derive(lines, 'IPv6').localDetector).toEqual({ by: 'cidr', cidr: 'fd00:10::/32' });
  });

  test("by the network of the node's pods", () => {
    const lines = 'detectLocalMode: NodeCIDR\n';
    expect(derive(lines, 'IPv6').localDetector).toEqual({ by: 'cidr', cidr: 'fd00:10:1::/64' });
    expect(derive(lines, 'IPv4', { node: undefined }).localDetector).toBeUndefined();
  });

  test('not at all in a family without a network', () => {
    const lines = 'detectLocalMode: ClusterCIDR\nclusterCIDR: 10.244.0.0/16\n';
    expect(derive(lines, 'IPv6').localDetector).toBeUndefined();
  });
});

test('masquerading is as the section nftables says, not the one of iptables', () => {
  const lines = 'iptables: {masqueradeBit: 3}\nnftables: {masqueradeBit: 15, masqueradeAll: true}\n';
  expect(derive(lines)).toMatchObject({ family: 'IPv4', masqueradeBit: 15, masqueradeAll: true });
});

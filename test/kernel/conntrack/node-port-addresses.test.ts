import { expect, test } from 'vitest';
import { nodePortAddresses } from '../../../src/kernel/conntrack/node-port-addresses.ts';
import type { Family } from '../../../src/net/family.ts';
import type { NodeRecord } from '../../../src/state/records.ts';
import { resolveFile } from '../../support/config/resolve.ts';
import { address } from '../../support/records.ts';

const node: NodeRecord = {
  name: 'node-0',
  zone: '',
  addresses: [address('192.168.50.10'), address('2001:db8:50::10')],
  podCIDRs: [],
  beingDeleted: false,
};
const local = ['127.0.0.1', '192.168.50.10', '172.17.0.1', '::1', '2001:db8:50::10', 'fd00:17::1'].map(
  address,
);
const [iptables, nftables] = ['mode: iptables\n', 'mode: nftables\n'];

test.each<[string, string, Family, readonly string[]]>([
  [
    'all of them in mode iptables, loopback too',
    iptables,
    'IPv4',
    ['127.0.0.1', '192.168.50.10', '172.17.0.1'],
  ],
  ['all but loopback for IPv6', iptables, 'IPv6', ['2001:db8:50::10', 'fd00:17::1']],
  [
    'all but loopback without localhostNodePorts',
    `${iptables}iptables: {localhostNodePorts: false}`,
    'IPv4',
    ['192.168.50.10', '172.17.0.1'],
  ],
  ['the primary address in mode nftables', nftables, 'IPv4', ['192.168.50.10']],
  [
    'all but loopback in mode nftables where the range holds all',
    `${nftables}nodePortAddresses: [0.0.0.0/0]`,
    'IPv4',
    ['192.168.50.10', '172.17.0.1'],
  ],
  [
    'those in the ranges',
    `${iptables}nodePortAddresses: [172.17.0.0/16, "fd00::/8"]`,
    'IPv6',
    ['fd00:17::1'],
  ],
])("flows to node ports are looked for at the node's addresses: %s", (_, lines, family, addresses) => {
  const { config } = resolveFile(lines);
  expect(nodePortAddresses(family, config, node, local)).toEqual(addresses);
});

import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/net/address.ts';
import type { Cidr } from '../../src/net/cidr.ts';
import type { NetworkOptions } from '../../src/pod-network/network-options.ts';
import { planNetwork } from '../../src/pod-network/plan-network.ts';
import { tunnelMac } from '../../src/pod-network/tunnel-mac.ts';
import type { Uplink } from '../../src/pod-network/underlay.ts';
import type { NodeRecord } from '../../src/state/records.ts';

const uplink: Uplink = {
  index: 2,
  name: 'eth0',
  mtu: 1500,
  networks: ['192.0.2.0/24' as Cidr, '2001:db8::/64' as Cidr],
};
const [a, b, c] = [
  node('a', ['192.0.2.1'], ['10.244.0.0/24']),
  node('b', ['192.0.2.2'], ['10.244.1.0/24']),
  node('c', ['192.0.2.3'], ['10.244.2.0/24']),
];
const dual = [
  node('a', ['192.0.2.1', '2001:db8::1'], ['10.244.0.0/24', 'fd00:10:244::/64']),
  node('b', ['192.0.2.2', '2001:db8::2'], ['10.244.1.0/24', 'fd00:10:244:1::/64']),
] as const;

describe('host-gw: a route to each network of pods, by the address of their node', () => {
  test('to the pods of every other node, and none to the own', () => {
    const { plan, problems } = planFor([c, b, a], a, 'host-gw');
    expect(plan.routes).toEqual([
      { node: 'b', destination: '10.244.1.0/24', gateway: '192.0.2.2', by: 'uplink' },
      { node: 'c', destination: '10.244.2.0/24', gateway: '192.0.2.3', by: 'uplink' },
    ]);
    expect(plan).toMatchObject({ tunnel: undefined, podMtu: 1500 });
    expect(problems).toEqual([]);
  });

  test('each family by an address of that family', () => {
    const { plan } = planFor(dual, dual[0], 'host-gw');
    expect(plan.routes.map(({ destination, gateway }) => [destination, gateway])).toEqual([
      ['10.244.1.0/24', '192.0.2.2'],
      ['fd00:10:244:1::/64', '2001:db8::2'],
    ]);
  });

  test.for([
    [
      'is behind a router',
      node('b', ['198.51.100.2'], ['10.244.1.0/24']),
      /198\.51\.100\.2, which is not on a network of eth0/,
    ],
    [
      'has no address of the family',
      node('b', ['192.0.2.2'], ['fd00::/64']),
      /has no IPv6 address in status\.addresses/,
    ],
    ['has no range yet', node('b', ['192.0.2.2'], []), /has no spec\.podCIDRs yet/],
  ] as const)('a node that %s is named, and the others have their routes', ([, lame, reason]) => {
    const { plan, problems } = planFor([a, lame, c], a, 'host-gw');
    expect(problems).toEqual([{ object: 'Node b', reason: expect.stringMatching(reason) }]);
    expect(plan.routes.map((route) => route.node)).toEqual(['c']);
  });
});

describe('vxlan: a device, and for each other node an entry, a neighbour and a route', () => {
  test('that lead to its address', () => {
    const { plan } = planFor([a, b], a, 'vxlan');
    expect(plan.tunnel).toEqual({
      mac: tunnelMac('a'),
      local: '192.0.2.1',
      link: 2,
      mtu: 1450,
      addresses: ['10.244.0.0'],
      peers: [{ node: 'b', mac: tunnelMac('b'), address: '192.0.2.2', gateways: ['10.244.1.0'] }],
    });
    expect(plan.routes).toEqual([
      { node: 'b', destination: '10.244.1.0/24', gateway: '10.244.1.0', by: 'tunnel' },
    ]);
    expect(plan.podMtu).toBe(1450);
  });

  test('with the pods of both families in the tunnel of the node’s first address', () => {
    const { plan } = planFor(dual, dual[0], 'vxlan');
    expect(plan.tunnel?.peers).toMatchObject([
      { address: '192.0.2.2', gateways: ['10.244.1.0', 'fd00:10:244:1::'] },
    ]);
    expect(plan.routes).toHaveLength(2);
  });

  test('over IPv6 with 70 bytes less than the uplink carries', () => {
    const six = [
      node('a', ['2001:db8::1'], ['fd00::/64']),
      node('b', ['2001:db8::2'], ['fd00:1::/64']),
    ] as const;
    expect(planFor(six, six[0], 'vxlan').plan).toMatchObject({ podMtu: 1430, tunnel: { mtu: 1430 } });
  });
});

describe('bgp: what the routing daemon announces and takes', () => {
  test('the own ranges, and those of all pods', () => {
    const { plan, problems } = planFor([a, b], a, 'bgp');
    expect(problems).toEqual([]);
    expect(plan).toMatchObject({ routes: [], tunnel: undefined, podMtu: 1500 });
    expect(plan.bgp).toEqual({
      routerId: '192.0.2.1',
      localAs: 64_512,
      peerAs: 64_512,
      sessions: [{ local: '192.0.2.1', peer: '192.0.2.254' }],
      announced: ['10.244.0.0/24'],
      accepted: ['10.244.0.0/24', '10.244.1.0/24'],
    });
  });

  test('a router of a family that the node has no address of is named', () => {
    const six = node('six', ['2001:db8::1'], ['fd00::/64']);
    const { plan, problems } = planFor([six], six, 'bgp');
    expect(plan.bgp?.sessions).toEqual([]);
    expect(plan.bgp?.routerId).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(problems).toEqual([
      {
        object: 'Node six',
        field: 'status.addresses',
        reason: 'has no IPv4 address, which a session with 192.0.2.254 needs',
      },
    ]);
  });
});

test('MAC addresses of tunnels are of one host, locally administered, each node’s own and always the same', () => {
  const names = Array.from({ length: 2_000 }, (_, at) => `node-${at}`);
  const macs = names.map(tunnelMac);
  expect(new Set(macs).size).toBe(names.length);
  for (const mac of macs) expect(Number.parseInt(mac.slice(0, 2), 16) & 0x03).toBe(0x02);
  expect(tunnelMac('node-1')).toBe(macs[1]);
});

test.for(['vxlan', 'host-gw', 'bgp'] as const)('%s: pods are hidden from all but pods', (network) => {
  expect(planFor([a, b], a, network).plan.masquerade).toEqual({
    sources: ['10.244.0.0/24'],
    destinations: ['10.244.0.0/24', '10.244.1.0/24'],
  });
  const clusterCIDRs = ['10.244.0.0/16' as Cidr];
  expect(planFor([a, b], a, network, { clusterCIDRs }).plan.masquerade).toMatchObject({
    destinations: clusterCIDRs,
  });
  expect(planFor([a, b], a, network, { masquerade: false }).plan.masquerade).toBeUndefined();
});

test.for(['vxlan', 'host-gw'] as const)(
  '%s: of two nodes with the same network the first by name keeps it, and the other is named',
  (network) => {
    const twin = node('d', ['192.0.2.4'], ['10.244.1.0/24']);
    const { plan, problems } = planFor([a, b, twin], a, network);
    expect(plan.routes.map((route) => route.node)).toEqual(['b']);
    expect(problems).toEqual([
      {
        object: 'Node d',
        reason: 'has 10.244.1.0/24 in spec.podCIDRs, which overlaps 10.244.1.0/24 of Node b',
      },
    ]);
  },
);

function planFor(
  nodes: readonly NodeRecord[],
  own: NodeRecord,
  network: NetworkOptions['network'],
  more: Partial<Pick<NetworkOptions, 'clusterCIDRs' | 'masquerade'>> = {},
) {
  const bgp = { peers: ['192.0.2.254' as Address], localAs: 64_512, peerAs: 64_512 };
  return planNetwork(nodes, own, uplink, {
    ...(network === 'bgp' ? { network, bgp } : { network }),
    nodeName: own.name,
    clusterCIDRs: [],
    masquerade: true,
    cni: undefined,
    ...more,
  });
}

function node(name: string, addresses: readonly string[], podCIDRs: readonly string[]): NodeRecord {
  return {
    name,
    zone: '',
    addresses: addresses as readonly Address[],
    podCIDRs: podCIDRs as readonly Cidr[],
    beingDeleted: false,
  };
}

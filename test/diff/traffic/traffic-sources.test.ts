import { describe, expect, test } from 'vitest';
import { cidrInterval } from '../../../src/diff/traffic/intervals.ts';
import {
  networkClients,
  outsider,
  type TrafficSources,
  usualClients,
} from '../../../src/diff/traffic/traffic-sources.ts';
import { type Address, parseAddress } from '../../../src/net/address.ts';
import { parseCidr } from '../../../src/net/cidr.ts';
import type { Interval } from '../../../src/rules-text/rule.ts';

describe('the senders of packets are', () => {
  test('neighbours of known endpoints, the node and somebody outside', () => {
    expect(clientSources(sources({}))).toEqual({
      'pods on this node': '10.244.1.250',
      'pods on other nodes': '10.244.2.250',
      'the node itself': '192.168.50.10',
      'clients outside the cluster': '198.51.100.77',
    });
  });

  test('no endpoints of any Service', () => {
    const endpointsHere = new Set([...addresses('10.244.1.11', '10.244.1.250', '10.244.1.249')]);
    expect(clientSources(sources({ endpointsHere }))['pods on this node']).toBe('10.244.1.248');
  });

  test('no nodes: endpoints of pods on the host network are none of the pods', () => {
    const endpointsElsewhere = new Set(addresses('192.168.50.11', '10.244.2.11'));
    expect(clientSources(sources({ endpointsElsewhere }))['pods on other nodes']).toBe('10.244.2.250');
  });

  test("members of the pods' networks where nobody knows an endpoint", () => {
    const none = { endpointsHere: new Set<Address>(), endpointsElsewhere: new Set<Address>() };
    const known = clientSources(sources({ ...none, podNetworks: networks('10.244.0.0/16') }));
    expect(known['pods on this node']).toBe('10.244.1.251');
    expect(known['pods on other nodes']).toBe('10.244.2.250');
    const unknown = clientSources(
      sources({ ...none, nodePodNetworks: [], podNetworks: networks('10.244.0.0/16') }),
    );
    expect(unknown['pods on this node']).toBe('10.244.0.251');
  });

  test('all pods alike, where nobody knows which are here', () => {
    const known = clientSources(sources({ endpointsHere: new Set(), nodePodNetworks: [] }));
    expect(known).toMatchObject({ pods: '10.244.2.250' });
    expect(known).not.toHaveProperty('pods on this node');
  });

  test("those of a network that the rules take for the pods' own, where no pod is of it", () => {
    expect(clientSources(sources({ podNetworks: networks('10.200.0.0/16') }))).toMatchObject({
      'clients in 10.200.0.0/16': '10.200.0.251',
    });
  });

  test('by their interfaces, where rules ask for them', () => {
    const clients = usualClients(sources({ podInterface: 'cni0' }));
    expect(clients.map(({ who, inputInterface }) => [who, inputInterface])).toEqual([
      ['pods on this node', 'cni0'],
      ['pods on other nodes', 'eth0'],
      ['the node itself', undefined],
      ['clients outside the cluster', 'eth0'],
    ]);
    expect(usualClients(sources({ podInterface: 'eth1' })).at(-1)?.inputInterface).toBe('uplink0');
  });
});

test('somebody outside is in none of the ranges, as long as there is anybody', () => {
  expect(outsider(sources({}), networks('198.51.100.0/24', '192.0.2.0/24'))).toBe('203.0.113.77');
  expect(outsider(sources({}), networks('0.0.0.0/0'))).toBeUndefined();
});

test('of ranges in each other, each has a sender of its own, if it leaves one', () => {
  const clients = networkClients(
    sources({}),
    networks('203.0.113.0/24', '203.0.113.0/25', '198.51.100.7/32'),
  );
  expect(clients.map(({ who, source }) => [who, source])).toEqual([
    ['clients in 203.0.113.0/24 but not in 203.0.113.0/25', '203.0.113.251'],
    ['clients in 203.0.113.0/25', '203.0.113.126'],
    ['clients in 198.51.100.7/32', '198.51.100.7'],
  ]);
  expect(networkClients(sources({}), networks('10.0.0.0/31', '10.0.0.0/32', '10.0.0.1/32')).length).toBe(2);
});

function clientSources(of: TrafficSources): Readonly<Record<string, string>> {
  return Object.fromEntries(usualClients(of).map(({ who, source }) => [who, source]));
}

function sources(changes: Partial<TrafficSources>): TrafficSources {
  return {
    family: 'IPv4',
    nodeAddresses: addresses('192.168.50.10'),
    endpointsHere: new Set(addresses('10.244.1.11')),
    endpointsElsewhere: new Set(addresses('10.244.2.11')),
    nodePodNetworks: networks('10.244.1.0/24'),
    podNetworks: networks('10.244.0.0/16'),
    serviceNetworks: [],
    podInterface: undefined,
    ...changes,
  };
}

function addresses(...texts: readonly string[]): readonly Address[] {
  return texts.flatMap((text) => parseAddress(text) ?? []);
}

function networks(...texts: readonly string[]): readonly Interval[] {
  return texts.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr === undefined ? [] : [cidrInterval(cidr)];
  });
}

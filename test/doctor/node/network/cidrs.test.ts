import { describe, expect, test } from 'vitest';
import { judgeNetworks } from '../../../../src/doctor/node/network/cidrs.ts';
import type { ClusterNetworks } from '../../../../src/doctor/node/network/cluster-networks.ts';
import { address, network, route } from '../../../support/doctor/node/interfaces.ts';

const named = (text: string, what: string) => ({ cidr: network(text), name: `${what} ${text}` });
const onLink = (text: string, device: string, ofNode = false) => ({
  ...named(text, `network of ${device}`),
  device,
  ofNode,
});

const healthy: ClusterNetworks = {
  services: [named('10.96.0.0/16', 'services')],
  pods: [named('10.244.0.0/24', 'pods')],
  cluster: [named('10.244.0.0/16', 'cluster')],
  links: [onLink('192.168.50.0/24', 'eth0', true)],
  routes: [],
  podInterfaces: new Set(['cni0', 'flannel.1']),
  podAddresses: [address('10.244.0.5')],
};

describe('what is normal', () => {
  const cases: Record<string, Partial<ClusterNetworks>> = {
    "the node's pod CIDR inside clusterCIDR": {},
    'a default route, which overlaps nothing': { routes: [route('0.0.0.0/0', 'eth0', '192.168.50.1')] },
    'routes to pods of other nodes, by an overlay or a gateway': {
      routes: [
        route('10.244.1.0/24', 'flannel.1', '10.244.1.0'),
        route('10.244.2.0/24', 'eth0', '192.168.50.12'),
      ],
    },
    "a route for each of this node's pods": { routes: [route('10.244.0.5/32', 'cali1')] },
    "a blackhole for this node's pods that do not exist": {
      routes: [{ ...route('10.244.0.0/26', 'lo'), type: 'blackhole', hops: [] }],
    },
    'a wider private network behind a gateway': { routes: [route('10.0.0.0/8', 'eth0', '192.168.50.1')] },
    'a route to all Services': { routes: [route('10.96.0.0/16', 'eth0', '192.168.50.1')] },
    'a CNI plugin that gives pods addresses of the nodes (AWS)': {
      pods: [],
      cluster: [named('192.168.0.0/16', 'cluster')],
      podAddresses: [address('192.168.50.77')],
    },
    'a part of the pod CIDR that this node does not use, given to another (Calico)': {
      routes: [route('10.244.0.64/26', 'eth0', '192.168.50.12')],
    },
    "a CNI plugin whose addresses are not of the Node's pod CIDR": {
      podAddresses: [address('10.244.7.5')],
      routes: [route('10.244.0.0/24', 'eth0', '192.168.50.12')],
    },
    'a route to the address of one Service': { routes: [route('10.96.0.10/32', 'eth0', '192.168.50.1')] },
    'no network but one': { services: [], pods: [], cluster: [] },
  };
  test.each(Object.entries(cases))('%s', (_, differing) => {
    const findings = judgeNetworks({ ...healthy, ...differing });
    expect(findings.filter(({ severity }) => severity !== 'ok')).toEqual([]);
  });
});

describe('what overlaps, with both sides', () => {
  const cases: Record<
    string,
    { readonly differing: Partial<ClusterNetworks>; readonly looked: string; readonly severity?: string }
  > = {
    'Services and pods of this node': {
      differing: { services: [named('10.244.0.0/20', 'services')] },
      looked: 'services 10.244.0.0/20, pods 10.244.0.0/24',
    },
    'Services and pods of other nodes': {
      differing: { services: [named('10.244.128.0/20', 'services')] },
      looked: 'services 10.244.128.0/20, cluster 10.244.0.0/16',
    },
    'Services and hosts of a network': {
      differing: { links: [onLink('10.96.8.0/24', 'docker0')] },
      looked: 'services 10.96.0.0/16, network of docker0 10.96.8.0/24',
    },
    'pods and the nodes': {
      differing: { links: [onLink('10.244.0.0/16', 'eth0', true)] },
      looked: 'pods 10.244.0.0/24, network of eth0 10.244.0.0/16',
    },
    'pods of other nodes and the nodes': {
      differing: { links: [onLink('10.244.192.0/20', 'eth0', true)] },
      looked: 'cluster 10.244.0.0/16, network of eth0 10.244.192.0/20',
    },
    'pods of other nodes and another network': {
      differing: { links: [onLink('10.244.192.0/20', 'docker0')] },
      looked: 'cluster 10.244.0.0/16, network of docker0 10.244.192.0/20',
      severity: 'warning',
    },
    'a route that takes packets for some pods elsewhere': {
      differing: { routes: [route('10.244.0.0/29', 'eth0', '192.168.50.12')] },
      looked: 'the route to 10.244.0.0/29 via 192.168.50.12 dev eth0, pods 10.244.0.0/24',
    },
    'a route that takes packets for pods elsewhere': {
      differing: { routes: [route('10.244.0.0/24', 'eth0', '192.168.50.12')] },
      looked: 'the route to 10.244.0.0/24 via 192.168.50.12 dev eth0, pods 10.244.0.0/24',
    },
    'a route to hosts inside the service CIDR': {
      differing: { routes: [route('10.96.5.0/24', 'tun0', '192.0.2.1')] },
      looked: 'the route to 10.96.5.0/24 via 192.0.2.1 dev tun0, services 10.96.0.0/16',
      severity: 'warning',
    },
    'pods outside clusterCIDR': {
      differing: { pods: [named('10.245.0.0/24', 'pods')], podAddresses: [] },
      looked: 'pods 10.245.0.0/24, cluster 10.244.0.0/16',
      severity: 'warning',
    },
    'networks of IPv6': {
      differing: {
        services: [named('fd00:1::/108', 'services')],
        cluster: [named('fd00::/16', 'cluster')],
        pods: [],
        podAddresses: [],
      },
      looked: 'services fd00:1::/108, cluster fd00::/16',
    },
  };
  test.each(Object.entries(cases))('%s', (_, { differing, looked, severity = 'fault' }) => {
    expect(judgeNetworks({ ...healthy, ...differing })).toMatchObject([{ severity, looked }]);
  });
});

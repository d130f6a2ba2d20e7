import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../../src/lab/api/kinds/kinds.ts';
import { servingNodes } from '../../../src/lab/load-balancer/next-hops.ts';
import { virtualAddresses } from '../../../src/lab/load-balancer/virtual-addresses.ts';
import { type Fields, node, service } from '../../support/lab-command/pods.ts';

const balanced = (name: string, spec: Fields = {}, ingress: readonly string[] = []) =>
  service({
    metadata: { name },
    spec: { type: 'LoadBalancer', ipFamilies: ['IPv4'], ...spec },
    status: { loadBalancer: { ingress: ingress.map((ip) => ({ ip })) } },
  });

describe('the addresses of Services of type LoadBalancer', () => {
  const given = (...services: Parameters<typeof virtualAddresses>[0]) =>
    Object.fromEntries(virtualAddresses(services));

  test('are the next that are free, one of each family', () => {
    expect(given(balanced('a'), balanced('b', { ipFamilies: ['IPv6', 'IPv4'] }))).toEqual({
      'shop/a': ['192.168.65.1'],
      'shop/b': ['fd00:65::1', '192.168.65.2'],
    });
  });

  test('stay, though others come before in the order of names', () => {
    expect(given(balanced('a'), balanced('b', {}, ['192.168.65.1']))).toEqual({
      'shop/a': ['192.168.65.2'],
      'shop/b': ['192.168.65.1'],
    });
  });

  test('are those that loadBalancerIP asks for, where they are free and of the range', () => {
    expect(
      given(
        balanced('a', { loadBalancerIP: '192.168.65.7' }),
        balanced('b', { loadBalancerIP: '192.168.65.7' }),
        balanced('c', { loadBalancerIP: '203.0.113.1' }),
      ),
    ).toEqual({ 'shop/a': ['192.168.65.7'], 'shop/b': ['192.168.65.1'], 'shop/c': ['192.168.65.2'] });
  });

  test('are not for other Services, or those of another class', () => {
    expect(given(service({}), balanced('a', { loadBalancerClass: 'example.org/other' }))).toEqual({});
  });
});

describe('the load balancer sends to nodes', () => {
  const slice: EndpointSlice = {
    kind: 'EndpointSlice',
    addressType: 'IPv4',
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      uid: '',
      resourceVersion: '1',
      creationTimestamp: '',
      labels: { 'kubernetes.io/service-name': 'web' },
    },
    endpoints: [
      { addresses: ['10.244.1.1'], nodeName: 'b' },
      { addresses: ['10.244.2.1'], nodeName: 'c', conditions: { ready: false } },
    ],
  };
  const excluded = { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } };
  const nodes = [
    node('a'),
    node('b'),
    node('c'),
    node('d', { isReady: false }),
    node('e', { metadata: excluded }),
  ];

  test('that are ready, and not excluded', () => {
    expect(servingNodes(service({}), nodes, [slice])).toEqual(['a', 'b', 'c']);
  });

  test('that have a ready endpoint, with externalTrafficPolicy Local', () => {
    const local = service({ spec: { externalTrafficPolicy: 'Local' } });
    expect(servingNodes(local, nodes, [slice])).toEqual(['b']);
  });
});

import { describe, expect, test } from 'vitest';
import { createStore } from '../../../../src/lab/api/create-store.ts';
import type { ApiObject } from '../../../../src/lab/api/store/api-object.ts';
import type { Family } from '../../../../src/net/family.ts';
import { refusalOf } from '../../../support/lab-api/ask-store.ts';
import { service } from '../../../support/lab-api/objects.ts';

const ipv4: readonly Family[] = ['IPv4'];
const dual: readonly Family[] = ['IPv4', 'IPv6'];

const specOf = (families: readonly Family[], spec: ApiObject) => {
  const store = createStore({ families });
  store.create(service('web', spec));
  return store.get('Service', 'default/web')?.spec;
};

describe('a Service is completed', () => {
  test.each<[string, readonly Family[], ApiObject, ApiObject]>([
    [
      'with a ClusterIP and what is usual',
      ipv4,
      {},
      {
        type: 'ClusterIP',
        clusterIP: '10.96.0.17',
        clusterIPs: ['10.96.0.17'],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        internalTrafficPolicy: 'Cluster',
        sessionAffinity: 'None',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        selector: { app: 'web' },
      },
    ],
    [
      'in the first family of the cluster',
      ['IPv6', 'IPv4'],
      {},
      { clusterIP: 'fd00:96::11', ipFamilies: ['IPv6'] },
    ],
    [
      'with both families where it prefers that',
      dual,
      { ipFamilyPolicy: 'PreferDualStack' },
      { clusterIPs: ['10.96.0.17', 'fd00:96::11'], ipFamilies: ['IPv4', 'IPv6'] },
    ],
    [
      'with one family where the cluster has one',
      ipv4,
      { ipFamilyPolicy: 'PreferDualStack' },
      { ipFamilies: ['IPv4'] },
    ],
    [
      'with families in its own order',
      dual,
      { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] },
      { clusterIPs: ['fd00:96::11', '10.96.0.17'] },
    ],
    ['with the address that it names', ipv4, { clusterIP: '10.96.7.7' }, { clusterIPs: ['10.96.7.7'] }],
    [
      'without an address where it is headless',
      ipv4,
      { clusterIP: 'None' },
      { clusterIPs: ['None'], ipFamilies: ['IPv4'] },
    ],
    [
      'with both families where it is headless and selects nothing',
      ipv4,
      { clusterIP: 'None', selector: {} },
      { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' },
    ],
    [
      'with a node port for each port, the same for another protocol of a port',
      ipv4,
      {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53, protocol: 'UDP' },
          { name: 'c', port: 80 },
        ],
      },
      {
        externalTrafficPolicy: 'Cluster',
        ports: [{ nodePort: 30086 }, { nodePort: 30086, protocol: 'UDP' }, { nodePort: 30087 }],
      },
    ],
    [
      'with a port for health checks where it needs one',
      ipv4,
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      { healthCheckNodePort: 30087, allocateLoadBalancerNodePorts: true, ports: [{ nodePort: 30086 }] },
    ],
    [
      'with the time of its affinity',
      ipv4,
      { sessionAffinity: 'ClientIP' },
      { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } },
    ],
    [
      'without what clients in Go write for nothing',
      ipv4,
      {
        clusterIP: '',
        type: '',
        externalName: '',
        ports: [{ name: '', port: 80, targetPort: 0, nodePort: 0 }],
      },
      { type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
    ],
  ])('%s', (_case, families, given, expected) => {
    expect(specOf(families, given)).toMatchObject(expected);
  });

  test('as an ExternalName has no address', () => {
    const spec = specOf(ipv4, { type: 'ExternalName', externalName: 'a.example', ports: [] });
    expect(spec).not.toHaveProperty('clusterIP');
    expect(spec).not.toHaveProperty('ipFamilies');
  });
});

describe('a Service is refused', () => {
  test.each<[string, ApiObject, string]>([
    [
      'ports of the same number',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 1 },
        ],
      },
      'spec.ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}',
    ],
    [
      'ports of the same name',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'a', port: 2 },
        ],
      },
      'spec.ports[1].name: Duplicate value: "a"',
    ],
    [
      'several ports without names',
      { ports: [{ name: 'a', port: 1 }, { port: 2 }] },
      'spec.ports[1].name: Required value',
    ],
    ['no ports', { ports: [] }, 'spec.ports: Required value'],
    [
      'a port that is none',
      { ports: [{ port: 0, targetPort: 1 }] },
      'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      'a protocol that is none',
      { ports: [{ port: 1, protocol: 'ICMP' }] },
      'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      'a node port of a ClusterIP',
      { ports: [{ port: 1, nodePort: 30_000 }] },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      'a node port out of the range',
      { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] },
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
    [
      'a node port that is taken',
      { type: 'NodePort', ports: [{ port: 1, nodePort: 30_100 }] },
      'spec.ports[0].nodePort: Invalid value: 30100: provided port is already allocated',
    ],
    [
      'an address that is taken',
      { clusterIP: '10.96.0.100' },
      'spec.clusterIPs: Invalid value: ["10.96.0.100"]: failed to allocate IP 10.96.0.100: provided IP is already allocated',
    ],
    [
      'an address out of the range',
      { clusterIP: '10.97.0.1' },
      'spec.clusterIPs: Invalid value: ["10.97.0.1"]: failed to allocate IP 10.97.0.1: the provided IP (10.97.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    ],
    [
      'an address that is none',
      { clusterIP: '10.96.0' },
      'spec.clusterIPs[0]: Invalid value: "10.96.0": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      'a type that is none',
      { type: 'Node' },
      'spec.type: Unsupported value: "Node": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    [
      'a headless node port',
      { type: 'NodePort', clusterIP: 'None' },
      'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
    ],
    [
      'an external policy of inner traffic',
      { externalTrafficPolicy: 'Local' },
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
    [
      'both families of a cluster with one',
      { ipFamilyPolicy: 'RequireDualStack' },
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    ],
    [
      'a family that the cluster lacks',
      { ipFamilies: ['IPv6'] },
      'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    ],
    [
      'a name of a target that is none',
      { ports: [{ port: 1, targetPort: '80a!' }] },
      "spec.ports[0].targetPort: Invalid value: \"80a!\": must be at most 15 lower-case letters, digits and '-', with at least one letter (e.g. 'http')",
    ],
    [
      'ranges without a load balancer',
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
    ['an ExternalName without a name', { type: 'ExternalName' }, 'spec.externalName: Required value'],
    [
      'a distribution that is none',
      { trafficDistribution: 'Near' },
      'spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"',
    ],
  ])('for %s', (_case, spec, cause) => {
    const store = createStore({ families: ipv4 });
    store.create(
      service('other', {
        type: 'NodePort',
        clusterIP: '10.96.0.100',
        ports: [{ port: 80, nodePort: 30_100 }],
      }),
    );
    expect(refusalOf(() => store.create(service('web', spec)))).toEqual([422, cause]);
  });

  test('with all its faults, in the form of the API', () => {
    const store = createStore({ families: ipv4 });
    const { message } = captured(() =>
      store.create(service('web', { ports: [{ port: 0, protocol: 'X', targetPort: 1 }] })),
    );
    expect(message).toBe(
      'Service "web" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, ' +
        'spec.ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"]',
    );
  });
});

describe('a Service that changes', () => {
  const changed = (families: readonly Family[], first: ApiObject, second: ApiObject) => {
    const store = createStore({ families });
    store.create(service('web', first));
    store.update(service('web', second));
    return store.get('Service', 'default/web')?.spec;
  };

  test.each<[string, readonly Family[], ApiObject, ApiObject, ApiObject]>([
    [
      'keeps its address',
      ipv4,
      {},
      { selector: { a: 'b' } },
      { clusterIP: '10.96.0.17', clusterIPs: ['10.96.0.17'] },
    ],
    [
      'keeps the node ports of its ports by name',
      ipv4,
      {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2 },
        ],
      },
      {
        type: 'NodePort',
        ports: [
          { name: 'b', port: 3 },
          { name: 'c', port: 4 },
        ],
      },
      {
        ports: [
          { name: 'b', nodePort: 30087 },
          { name: 'c', nodePort: 30086 },
        ],
      },
    ],
    [
      'becomes dual stack with a second address',
      dual,
      {},
      { ipFamilyPolicy: 'PreferDualStack' },
      { clusterIPs: ['10.96.0.17', 'fd00:96::11'] },
    ],
    [
      'becomes single stack with the first',
      dual,
      { ipFamilyPolicy: 'PreferDualStack' },
      { ipFamilyPolicy: 'SingleStack' },
      { clusterIPs: ['10.96.0.17'], ipFamilies: ['IPv4'] },
    ],
    [
      'gets an address when it is no ExternalName any more',
      ipv4,
      { type: 'ExternalName', externalName: 'a.b' },
      {},
      { clusterIP: '10.96.0.17' },
    ],
  ])('%s', (_case, families, first, second, expected) => {
    expect(changed(families, first, second)).toMatchObject(expected);
  });

  test('loses what its new type does not have', () => {
    const store = createStore({ families: ipv4 });
    const balancer = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
    const before = store.create(service('web', balancer));
    store.update({ ...before, spec: { ...(before.spec as ApiObject), type: 'ClusterIP' } });
    const { spec } = store.get('Service', 'default/web') ?? {};
    expect(spec).not.toHaveProperty('healthCheckNodePort');
    expect(spec).not.toHaveProperty('externalTrafficPolicy');
    expect(spec).not.toHaveProperty('allocateLoadBalancerNodePorts');
    expect(spec?.ports?.[0]).not.toHaveProperty('nodePort');
  });

  test('loses its addresses as an ExternalName', () => {
    const store = createStore({ families: ipv4 });
    const before = store.create(service('web'));
    const spec = { ...(before.spec as ApiObject), type: 'ExternalName', externalName: 'a.example' };
    store.update({ ...before, spec });
    expect(store.get('Service', 'default/web')?.spec).not.toHaveProperty('clusterIPs');
  });

  test.each<[string, ApiObject, string]>([
    [
      'its address',
      { clusterIP: '10.96.0.99' },
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.99"]: may not change once set',
    ],
    [
      'its first family',
      { ipFamilies: ['IPv6'] },
      'spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set',
    ],
  ])('may not change %s', (_case, spec, cause) => {
    const store = createStore({ families: dual });
    store.create(service('web'));
    expect(refusalOf(() => store.update(service('web', spec)))).toContain(cause);
  });
});

function captured(call: () => unknown): { readonly message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it was not refused');
}

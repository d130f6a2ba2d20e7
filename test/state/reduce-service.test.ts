import { describe, expect, test } from 'vitest';
import { balances } from '../../src/state/records.ts';
import { reduceObject } from '../../src/state/reduce-object.ts';
import { service } from '../support/state/objects.ts';

function reduce(object: object) {
  const { changes, problems } = reduceObject(object);
  const [change] = changes;
  return {
    record: change?.kind === 'Service' ? change.record : undefined,
    problems: problems.map(({ field, reason }) => `${field}: ${reason}`),
  };
}

test('a Service is kept with the defaults of the API', () => {
  expect(reduceObject(service())).toEqual({
    problems: [],
    leftOut: 0,
    changes: [
      {
        kind: 'Service',
        key: 'shop/web',
        record: {
          key: 'shop/web',
          uid: '',
          createdAt: '',
          proxyName: '',
          clusterIPs: ['10.96.0.10'],
          externalIPs: [],
          loadBalancerIPs: [],
          loadBalancerSourceRanges: [],
          ports: [{ name: '', protocol: 'TCP', port: 80, nodePort: undefined }],
          internalTrafficPolicy: 'Cluster',
          externalTrafficPolicy: 'Cluster',
          affinityTimeoutSeconds: undefined,
          balance: 'random',
          healthCheckNodePort: undefined,
        },
      },
    ],
  });
});

describe('a Service has no rules', () => {
  test.each([
    ['with clusterIP None', { clusterIP: 'None', clusterIPs: ['None'] }, {}],
    ['with an empty clusterIP', { clusterIP: '' }, {}],
    ['without a clusterIP', { clusterIP: undefined }, {}],
    ['of type ExternalName, even with a clusterIP', { type: 'ExternalName' }, {}],
    ['for a proxy without a name', {}, { 'service.kubernetes.io/service-proxy-name': '' }],
  ])('%s', (_, spec, labels) => {
    const object = service({ metadata: { name: 'web', labels } }, spec);
    expect(reduceObject(object)).toEqual({
      changes: [{ kind: 'Service', key: 'default/web', record: undefined }],
      problems: [],
      leftOut: 0,
    });
  });
});

describe('of the spec is kept', () => {
  test.each<[string, object, object]>([
    [
      'clusterIPs before clusterIP',
      { clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10', 'FD00:0::0A'] },
      { clusterIPs: ['10.96.0.10', 'fd00::a'] },
    ],
    [
      'external IPs of both families',
      { externalIPs: ['203.0.113.1', 'fd00::1'] },
      { externalIPs: ['203.0.113.1', 'fd00::1'] },
    ],
    [
      'source ranges without the space around them and without host bits',
      { loadBalancerSourceRanges: [' 10.1.2.3/8 ', 'fd00::1/64'] },
      { loadBalancerSourceRanges: ['10.0.0.0/8', 'fd00::/64'] },
    ],
    [
      'a node port, whatever the type',
      { ports: [{ port: 80, nodePort: 30080 }] },
      { ports: [{ name: '', protocol: 'TCP', port: 80, nodePort: 30080 }] },
    ],
    [
      'no node port where it is 0',
      { type: 'NodePort', ports: [{ port: 80, nodePort: 0 }] },
      { ports: [{ name: '', protocol: 'TCP', port: 80, nodePort: undefined }] },
    ],
    ['internalTrafficPolicy', { internalTrafficPolicy: 'Local' }, { internalTrafficPolicy: 'Local' }],
    [
      'externalTrafficPolicy Local of a node port',
      { type: 'NodePort', externalTrafficPolicy: 'Local' },
      { externalTrafficPolicy: 'Local' },
    ],
    [
      'externalTrafficPolicy Local of an external IP',
      { externalIPs: ['203.0.113.1'], externalTrafficPolicy: 'Local' },
      { externalTrafficPolicy: 'Local' },
    ],
    [
      'not externalTrafficPolicy Local where nothing is external',
      { externalTrafficPolicy: 'Local' },
      { externalTrafficPolicy: 'Cluster' },
    ],
    [
      'healthCheckNodePort of a load balancer with policy Local',
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32000 },
      { healthCheckNodePort: 32000 },
    ],
    [
      'not healthCheckNodePort with policy Cluster',
      { type: 'LoadBalancer', externalTrafficPolicy: 'Cluster', healthCheckNodePort: 32000 },
      { healthCheckNodePort: undefined },
    ],
    [
      'not healthCheckNodePort of type NodePort',
      { type: 'NodePort', externalTrafficPolicy: 'Local', healthCheckNodePort: 32000 },
      { healthCheckNodePort: undefined },
    ],
    ['no affinity where it is None', { sessionAffinity: 'None' }, { affinityTimeoutSeconds: undefined }],
    [
      'affinity for three hours where no time is given',
      { sessionAffinity: 'ClientIP' },
      { affinityTimeoutSeconds: 10_800 },
    ],
    [
      'affinity for the time that is given',
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 30 } } },
      { affinityTimeoutSeconds: 30 },
    ],
  ])('%s', (_, spec, expected) => {
    const { record, problems } = reduce(service({}, spec));
    expect(record).toMatchObject(expected);
    expect(problems).toEqual([]);
  });

  test('the label of another proxy, and the time of creation', () => {
    const metadata = {
      name: 'web',
      creationTimestamp: '2026-01-31T12:00:00Z',
      labels: { 'service.kubernetes.io/service-proxy-name': 'Other_proxy.1' },
    };
    expect(reduce(service({ metadata })).record).toMatchObject({
      proxyName: 'Other_proxy.1',
      createdAt: '2026-01-31T12:00:00Z',
    });
  });

  test('each ingress address that the node itself answers for', () => {
    const ingress = [
      { ip: '192.0.2.1' },
      { ip: '192.0.2.2', ipMode: 'VIP' },
      { ip: '192.0.2.3', ipMode: 'Proxy' },
      { hostname: 'lb.example' },
      { ip: 'fd00::1', ipMode: null },
    ];
    const { record, problems } = reduce(service({ status: { loadBalancer: { ingress } } }));
    expect(record?.loadBalancerIPs).toEqual(['192.0.2.1', '192.0.2.2', 'fd00::1']);
    expect(problems).toEqual([]);
  });
});

describe('the annotation portolan.dev/balance', () => {
  const annotated = (annotations: unknown) => reduce(service({ metadata: { name: 'web', annotations } }));

  test.each(balances)('may say %s', (balance) => {
    expect(annotated({ 'portolan.dev/balance': balance })).toMatchObject({
      record: { balance },
      problems: [],
    });
  });

  test.each<[string, unknown]>([
    ['absent', undefined],
    ['absent among others, whatever those are', { 'portolan.dev/other': '\n', 'example.com/number': 1 }],
    ['null', { 'portolan.dev/balance': null }],
    ['empty', { 'portolan.dev/balance': '' }],
  ])('means random where it is %s', (_, annotations) => {
    expect(annotated(annotations)).toMatchObject({ record: { balance: 'random' }, problems: [] });
  });

  test.each<[string, unknown, string]>([
    ['an unknown word', 'least-connections', '"least-connections"'],
    ['a known one in capitals', 'Maglev', '"Maglev"'],
    ['no string', true, 'true'],
  ])('is a fault where it is %s, and the Service uses random', (_, balance, got) => {
    const { record, problems } = annotated({ 'portolan.dev/balance': balance });
    expect(record).toMatchObject({ balance: 'random', clusterIPs: ['10.96.0.10'] });
    expect(problems).toEqual([
      `metadata.annotations["portolan.dev/balance"]: must be random, round-robin, source-hash, maglev, got ${got}`,
    ]);
  });

  test('says nothing where the annotations are no mapping, which is a fault too', () => {
    expect(annotated('maglev')).toMatchObject({
      record: { balance: 'random' },
      problems: ['metadata.annotations: must be a mapping of fields, got "maglev"'],
    });
  });
});

describe('a fault leaves out only what it concerns', () => {
  const good = { name: 'good', port: 443 };
  const ports = (entry: unknown) => ({ spec: { clusterIP: '10.96.0.10', ports: [entry, good] } });
  const status = (entry: unknown) => ({
    status: { loadBalancer: { ingress: [entry, { ip: '192.0.2.9' }] } },
  });

  test.each<[string, object, string]>([
    ['port 0', ports({ port: 0 }), 'spec.ports[0].port: must be an integer from 1 to 65535, got 0'],
    [
      'port 70000',
      ports({ port: 70_000 }),
      'spec.ports[0].port: must be an integer from 1 to 65535, got 70000',
    ],
    ['port "80"', ports({ port: '80' }), 'spec.ports[0].port: must be an integer from 1 to 65535, got "80"'],
    ['port 80.5', ports({ port: 80.5 }), 'spec.ports[0].port: must be an integer from 1 to 65535, got 80.5'],
    ['no port', ports({}), 'spec.ports[0].port: is missing; it must be a port from 1 to 65535'],
    ['a port that is no mapping', ports('x'), 'spec.ports[0]: must be a mapping of fields, got "x"'],
    [
      'an unknown protocol',
      ports({ port: 80, protocol: 'ICMP' }),
      'spec.ports[0].protocol: must be TCP, UDP, SCTP, got "ICMP"',
    ],
    [
      'a protocol in small letters',
      ports({ port: 80, protocol: 'tcp' }),
      'spec.ports[0].protocol: must be TCP, UDP, SCTP, got "tcp"',
    ],
    [
      'a port name with rule syntax',
      ports({ name: 'a; flush ruleset', port: 80 }),
      'spec.ports[0].name: must be at most 63 lower-case letters, digits and "-", got "a; flush ruleset"',
    ],
    [
      'a node port of 70000',
      ports({ port: 80, nodePort: 70_000 }),
      'spec.ports[0].nodePort: must be an integer from 1 to 65535, got 70000',
    ],
  ])('%s', (_, fields, problem) => {
    const { record, problems } = reduce(service(fields));
    expect(record?.ports.map(({ name }) => name)).toEqual(['good']);
    expect(problems[0]).toBe(problem);
  });

  test.each<[string, object, object, string]>([
    [
      'a cluster IP that is none',
      service({}, { clusterIPs: ['10.96.0.300', 'fd00::1'] }),
      { clusterIPs: ['fd00::1'] },
      'spec.clusterIPs[0]: must be an IPv4 or IPv6 address, got "10.96.0.300"',
    ],
    [
      'a second cluster IP of a family',
      service({}, { clusterIPs: ['10.96.0.1', '10.96.0.2'] }),
      { clusterIPs: ['10.96.0.1'] },
      'spec.clusterIPs: must hold one address a family; 10.96.0.2 is left out',
    ],
    [
      'an external IP that is none',
      service({}, { externalIPs: ['localhost', '203.0.113.1'] }),
      { externalIPs: ['203.0.113.1'] },
      'spec.externalIPs[0]: must be an IPv4 or IPv6 address, got "localhost"',
    ],
    [
      'external IPs that are no list',
      service({}, { externalIPs: '203.0.113.1' }),
      { externalIPs: [] },
      'spec.externalIPs: must be a list, got "203.0.113.1"',
    ],
    [
      'a load balancer IP that is none',
      service(status({ ip: '192.0.2' })),
      { loadBalancerIPs: ['192.0.2.9'] },
      'status.loadBalancer.ingress[0].ip: must be an IPv4 or IPv6 address, got "192.0.2"',
    ],
    [
      'an unknown ipMode',
      service(status({ ip: '192.0.2.1', ipMode: 'Routed' })),
      { loadBalancerIPs: ['192.0.2.9'] },
      'status.loadBalancer.ingress[0].ipMode: must be VIP, Proxy, got "Routed"',
    ],
    [
      'a source range that is none',
      service({}, { loadBalancerSourceRanges: ['10.0.0.0/33', '10.0.0.0/8'] }),
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      'spec.loadBalancerSourceRanges[0]: must be a CIDR such as 10.0.0.0/8 or fd00::/64, got "10.0.0.0/33"',
    ],
    [
      'an unknown traffic policy',
      service({}, { internalTrafficPolicy: 'Node' }),
      { internalTrafficPolicy: 'Cluster' },
      'spec.internalTrafficPolicy: must be Cluster, Local, got "Node"',
    ],
    [
      'an unknown type',
      service({}, { type: 'Cluster' }),
      { clusterIPs: ['10.96.0.10'] },
      'spec.type: must be ClusterIP, NodePort, LoadBalancer, ExternalName, got "Cluster"',
    ],
    [
      'an affinity timeout out of range',
      service(
        {},
        { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } } },
      ),
      { affinityTimeoutSeconds: 10_800 },
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: must be an integer from 1 to 86400, got 0',
    ],
    [
      'ports that are no list',
      service({}, { ports: 'x' }),
      { ports: [] },
      'spec.ports: must be a list, got "x"',
    ],
    [
      'a time of creation that is none',
      service({ metadata: { name: 'web', creationTimestamp: 'yesterday' } }),
      { createdAt: '' },
      'metadata.creationTimestamp: must be a time such as 2026-01-31T12:00:00Z, got "yesterday"',
    ],
  ])('%s', (_, object, expected, problem) => {
    const { record, problems } = reduce(object);
    expect(record).toMatchObject(expected);
    expect(problems).toEqual([problem]);
  });

  test.each([
    [
      'a name that an earlier port has',
      [
        { name: 'a', port: 80 },
        { name: 'a', port: 81 },
      ],
      'spec.ports[1].name: "a" is the name of an earlier port; each needs its own',
    ],
    [
      'a number and protocol that an earlier port has',
      [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ],
      'spec.ports[1].port: 80/TCP is taken by an earlier port of this Service',
    ],
  ])('%s', (_, repeated, problem) => {
    const { record, problems } = reduce(
      service({}, { ports: [...repeated, { name: 'c', port: 80, protocol: 'UDP' }] }),
    );
    expect(record?.ports.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(problems).toEqual([problem]);
  });
});

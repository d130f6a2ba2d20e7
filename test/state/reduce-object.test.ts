import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/state/problem.ts';
import { reduceObject } from '../../src/state/reduce-object.ts';
import { node, service, slice } from '../support/state/objects.ts';

function reduce(object: unknown, origin?: string) {
  const { changes, problems, leftOut } = reduceObject(object, origin);
  return {
    keys: changes.map(({ kind, key }) => `${kind} ${key}`),
    problems: problems.map(formatProblem),
    leftOut,
  };
}

describe('a List', () => {
  const list = (...items: unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });
  const { kind: _kind, apiVersion: _version, ...bare } = { kind: '', apiVersion: '', ...service() };

  test.each<[string, unknown, string[]]>([
    [
      'holds objects of several kinds',
      list(service(), slice(), node()),
      ['Service shop/web', 'EndpointSlice shop/web-1', 'Node node-0'],
    ],
    ['may hold Lists', list(list(list(service()))), ['Service shop/web']],
    ['may be empty', { apiVersion: 'v1', kind: 'List', items: null }, []],
    [
      'of one kind needs no kind in its items',
      { apiVersion: 'v1', kind: 'ServiceList', items: [{ ...bare, kind: undefined, apiVersion: undefined }] },
      ['Service shop/web'],
    ],
    [
      'of EndpointSlices',
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSliceList', items: [slice()] },
      ['EndpointSlice shop/web-1'],
    ],
    [
      'of a kind that is of no use is passed over',
      { apiVersion: 'apps/v1', kind: 'DeploymentList', items: [{}] },
      [],
    ],
  ])('%s', (_, object, keys) => {
    expect(reduce(object)).toEqual({ keys, problems: [], leftOut: 0 });
  });

  test('names the item at fault, and keeps the others', () => {
    expect(reduce(list(7, service(), { kind: 'Service' }), 'a.yaml:3')).toEqual({
      keys: ['Service shop/web'],
      problems: [
        'an object: items[0]: must be a Kubernetes object, got 7 (a.yaml:3)',
        'Service default/nothing: items[2].apiVersion: must be an API version such as v1, got nothing (a.yaml:3)',
      ],
      leftOut: 2,
    });
  });

  test('that holds itself is not followed for ever', () => {
    const items: unknown[] = [service()];
    items.push({ apiVersion: 'v1', kind: 'List', items });
    const { keys, problems } = reduce(list(...items));
    expect(new Set(keys)).toEqual(new Set(['Service shop/web']));
    expect(problems.at(-1)).toContain('is a List in 3 other Lists; nest fewer');
  });

  test('whose items are no list', () => {
    expect(reduce({ apiVersion: 'v1', kind: 'List', items: {} }).problems).toEqual([
      'an object: items: must be a list of objects, got a mapping',
    ]);
  });
});

describe('passed over without a word is', () => {
  test.each([
    ['a Deployment', { apiVersion: 'apps/v1', kind: 'Deployment' }],
    ["Knative's Service", { apiVersion: 'serving.knative.dev/v1', kind: 'Service' }],
  ])('%s', (_, object) => {
    expect(reduce(object)).toEqual({ keys: [], problems: [], leftOut: 0 });
  });
});

describe('left out, and named, is', () => {
  const named = (name: unknown, namespace: unknown = 'shop') => ({ metadata: { name, namespace } });
  const label = 'must be at most 63 lower-case letters, digits and "-"';
  const subdomain = 'must be at most 253 lower-case letters, digits, "-" and "."';

  test.each<[string, unknown, string]>([
    ['a text', 'hello', 'an object: the document: must be a Kubernetes object, got "hello"'],
    ['a list', [service()], 'an object: the document: must be a Kubernetes object, got a list'],
    [
      'an object without a kind',
      { apiVersion: 'v1' },
      'an object: kind: must be the kind of a Kubernetes object, got nothing',
    ],
    [
      'an object without an apiVersion',
      { kind: 'Deployment' },
      'an object: apiVersion: must be an API version such as v1, got nothing',
    ],
    [
      'a Service of another version',
      service({ apiVersion: 'v2' }),
      'Service shop/web: apiVersion: must be v1, got "v2"',
    ],
    [
      'an EndpointSlice of an old version',
      slice({ apiVersion: 'discovery.k8s.io/v1beta1' }),
      'EndpointSlice shop/web-1: apiVersion: must be discovery.k8s.io/v1, got "discovery.k8s.io/v1beta1"',
    ],
    [
      'an EndpointSlice of the core group',
      slice({ apiVersion: 'v1' }),
      'EndpointSlice shop/web-1: apiVersion: must be discovery.k8s.io/v1, got "v1"',
    ],
    [
      'a Service without metadata',
      service({ metadata: null }),
      `Service default/nothing: metadata.name: ${label}, got nothing`,
    ],
    [
      'a name with a quote',
      service(named('a"b')),
      `Service shop/"a\\"b": metadata.name: ${label}, got "a\\"b"`,
    ],
    [
      'a name with a new line',
      service(named('a\nb')),
      `Service shop/"a\\nb": metadata.name: ${label}, got "a\\nb"`,
    ],
    [
      'a name with rule syntax',
      service(named('web; flush ruleset')),
      `Service shop/"web; flush ruleset": metadata.name: ${label}, got "web; flush ruleset"`,
    ],
    ['a name with a dot', service(named('a.b')), `Service shop/a.b: metadata.name: ${label}, got "a.b"`],
    [
      'a name that is too long',
      service(named('a'.repeat(64))),
      `Service shop/${'a'.repeat(64)}: metadata.name: ${label}, got "${'a'.repeat(60)}"…`,
    ],
    ['a name that is a number', service(named(80)), `Service shop/80: metadata.name: ${label}, got 80`],
    [
      'a namespace in capitals',
      service(named('web', 'Shop')),
      `Service "Shop"/web: metadata.namespace: ${label}, got "Shop"`,
    ],
    [
      'a node with a space in its name',
      node(named('node 0')),
      `Node "node 0": metadata.name: ${subdomain}, got "node 0"`,
    ],
  ])('%s', (_, object, problem) => {
    expect(reduce(object)).toEqual({ keys: [], problems: [problem], leftOut: 1 });
  });
});

test('a value in a message cannot steer a terminal', () => {
  const { problems } = reduce(service({ metadata: { name: '\u001b[2Jweb\u202e\u009b1m' } }));
  expect(problems.join()).toMatch(/^[\u0020-\u007e]*$/);
});

test('a node keeps its zone, its ranges and its addresses, internal ones first', () => {
  const object = node({
    metadata: { name: 'node-0', labels: { 'topology.kubernetes.io/zone': 'zone-a' } },
    spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24', 'fd00:10::/64'] },
    status: {
      addresses: [
        { type: 'ExternalIP', address: '203.0.113.5' },
        { type: 'Hostname', address: 'node-0' },
        { type: 'InternalIP', address: '192.168.50.10' },
        { type: 'InternalIP', address: 'fd00:50::10' },
      ],
    },
  });
  expect(reduceObject(object).changes).toEqual([
    {
      kind: 'Node',
      key: 'node-0',
      record: {
        name: 'node-0',
        zone: 'zone-a',
        addresses: ['192.168.50.10', 'fd00:50::10', '203.0.113.5'],
        podCIDRs: ['10.244.0.0/24', 'fd00:10::/64'],
        beingDeleted: false,
      },
    },
  ]);
});

test('a node with podCIDR alone has that range', () => {
  expect(reduceObject(node({ spec: { podCIDR: '10.244.0.0/24' } })).changes).toMatchObject([
    { record: { podCIDRs: ['10.244.0.0/24'], zone: '', addresses: [] } },
  ]);
});

describe('a node is being deleted', () => {
  const taint = (key: string) => ({
    spec: {
      taints: [
        { key: 'other', effect: 'NoSchedule' },
        { key, effect: 'NoSchedule' },
      ],
    },
  });
  test.each<[string, boolean, object]>([
    [
      'with a deletion timestamp',
      true,
      { metadata: { name: 'node-0', deletionTimestamp: '2026-11-21T03:17:05Z' } },
    ],
    ["with the cluster autoscaler's taint", true, taint('ToBeDeletedByClusterAutoscaler')],
    ['not with other taints', false, taint('node.kubernetes.io/unschedulable')],
    ['not without any', false, { spec: {} }],
  ])('%s', (_, beingDeleted, fields) => {
    expect(reduceObject(node(fields))).toMatchObject({
      changes: [{ record: { beingDeleted } }],
      problems: [],
    });
  });
});

test('a ServiceCIDR keeps its ranges, but none that is no range', () => {
  const object = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: ['10.96.0.0/12', '10.96.0.0', 'fd00:10:96::/112'] },
  };
  const { changes, problems } = reduceObject(object);
  expect(changes).toMatchObject([{ record: { cidrs: ['10.96.0.0/12', 'fd00:10:96::/112'] } }]);
  expect(problems).toHaveLength(1);
});

import { describe, expect, test } from 'vitest';
import { reduceObject } from '../../src/state/reduce-object.ts';
import { slice } from '../support/state/objects.ts';

function reduce(object: object) {
  const { changes, problems, leftOut } = reduceObject(object);
  const [change] = changes;
  return {
    record: change?.kind === 'EndpointSlice' ? change.record : undefined,
    problems: problems.map(({ field, reason }) => `${field}: ${reason}`),
    leftOut,
  };
}

const labels = (entries: object) => ({ metadata: { name: 'web-1', namespace: 'shop', labels: entries } });
const ofService = { 'kubernetes.io/service-name': 'web' };

test('an EndpointSlice is kept with the defaults of the API', () => {
  expect(reduce(slice())).toEqual({
    problems: [],
    leftOut: 0,
    record: {
      key: 'shop/web-1',
      service: 'shop/web',
      family: 'IPv4',
      ports: [{ name: '', protocol: 'TCP', port: 8080 }],
      endpoints: [
        {
          address: '10.244.0.5',
          nodeName: undefined,
          ready: true,
          serving: true,
          terminating: false,
          forZones: undefined,
          forNodes: undefined,
        },
      ],
    },
  });
});

describe('an EndpointSlice is ignored', () => {
  test.each<[string, object]>([
    ['of a headless Service', labels({ ...ofService, 'service.kubernetes.io/headless': '' })],
    ['of no Service', labels({})],
    ['of a Service without a name', labels({ 'kubernetes.io/service-name': '' })],
    ['of names instead of addresses', { addressType: 'FQDN', endpoints: [{ addresses: ['web.example'] }] }],
  ])('%s', (_, fields) => {
    expect(reduceObject(slice(fields))).toEqual({
      changes: [{ kind: 'EndpointSlice', key: 'shop/web-1', record: undefined }],
      problems: [],
      leftOut: 0,
    });
  });
});

describe('the state of an endpoint', () => {
  const states = { ready: true, serving: true, terminating: false };
  test.each<[string, unknown, object]>([
    ['is ready where it does not say', undefined, states],
    ['is ready where that is null', { ready: null, serving: null, terminating: null }, states],
    ['serves where it is ready', { ready: true }, states],
    ['does not serve where it is not ready', { ready: false }, { ...states, ready: false, serving: false }],
    [
      'may serve though it is not ready',
      { ready: false, serving: true, terminating: true },
      { ready: false, serving: true, terminating: true },
    ],
  ])('%s', (_, conditions, expected) => {
    const { record, problems } = reduce(slice({ endpoints: [{ addresses: ['10.244.0.5'], conditions }] }));
    expect(record?.endpoints).toMatchObject([expected]);
    expect(problems).toEqual([]);
  });
});

test("an endpoint's first address, node and hints are kept", () => {
  const endpoint = {
    addresses: ['10.244.0.5', '10.244.0.6'],
    nodeName: 'node-0',
    hints: { forZones: [{ name: 'zone-a' }, { name: 'zone-b' }], forNodes: [{ name: 'node-0' }] },
  };
  expect(reduce(slice({ endpoints: [endpoint] })).record?.endpoints).toMatchObject([
    { address: '10.244.0.5', nodeName: 'node-0', forZones: ['zone-a', 'zone-b'], forNodes: ['node-0'] },
  ]);
});

test('empty hints are none', () => {
  const endpoint = { addresses: ['10.244.0.5'], hints: { forZones: [], forNodes: null } };
  expect(reduce(slice({ endpoints: [endpoint] })).record?.endpoints).toMatchObject([
    { forZones: undefined, forNodes: undefined },
  ]);
});

describe('a fault leaves out only what it concerns', () => {
  const good = { addresses: ['10.244.0.9'] };
  const notAPod = (address: string) =>
    `endpoints[0].addresses[0]: must not be unspecified, loopback, link-local or multicast, got ${address}`;

  test.each<[string, unknown, string]>([
    [
      'an address that is none',
      { addresses: ['10.244.0'] },
      'endpoints[0].addresses[0]: must be an IPv4 address, got "10.244.0"',
    ],
    [
      'an address of the other family',
      { addresses: ['fd00::1'] },
      'endpoints[0].addresses[0]: must be an IPv4 address, got "fd00::1"',
    ],
    [
      'an address with rule syntax',
      { addresses: ['10.0.0.1\n-A INPUT -j DROP'] },
      'endpoints[0].addresses[0]: must be an IPv4 address, got "10.0.0.1\\n-A INPUT -j DROP"',
    ],
    ['no address', { addresses: [] }, 'endpoints[0].addresses[0]: must be an IPv4 address, got nothing'],
    [
      'addresses that are no list',
      { addresses: '10.0.0.1' },
      'endpoints[0].addresses: must be a list, got "10.0.0.1"',
    ],
    ['a loopback address', { addresses: ['127.0.0.1'] }, notAPod('127.0.0.1')],
    ['the metadata address', { addresses: ['169.254.169.254'] }, notAPod('169.254.169.254')],
    ['the unspecified address', { addresses: ['0.0.0.0'] }, notAPod('0.0.0.0')],
    ['a multicast address', { addresses: ['224.0.0.1'] }, notAPod('224.0.0.1')],
    ['an endpoint that is no mapping', 7, 'endpoints[0]: must be a mapping of fields, got 7'],
  ])('%s', (_, entry, problem) => {
    const { record, problems } = reduce(slice({ endpoints: [entry, good] }));
    expect(record?.endpoints.map(({ address }) => address)).toEqual(['10.244.0.9']);
    expect(problems[0]).toBe(problem);
  });

  test.each<[string, object, object, string]>([
    [
      'a node name that is none',
      { nodeName: 'a b' },
      { nodeName: undefined },
      'nodeName: must be at most 253 lower-case letters, digits, "-" and ".", got "a b"',
    ],
    [
      'a condition that is no truth value',
      { conditions: { ready: 'yes' } },
      { ready: true },
      'conditions.ready: must be true or false, got "yes"',
    ],
    [
      'a zone that is none',
      { hints: { forZones: [{ name: 'a"b' }, { name: 'zone-b' }] } },
      { forZones: ['zone-b'] },
      'hints.forZones[0].name: must be at most 63 letters, digits, "-", "_" and ".", got "a\\"b"',
    ],
  ])('%s', (_, fields, expected, problem) => {
    const { record, problems } = reduce(slice({ endpoints: [{ addresses: ['10.244.0.5'], ...fields }] }));
    expect(record?.endpoints).toMatchObject([{ address: '10.244.0.5', ...expected }]);
    expect(problems).toEqual([`endpoints[0].${problem}`]);
  });

  test.each<[string, object, string]>([
    ['port 0', { port: 0 }, 'ports[0].port: must be an integer from 1 to 65535, got 0'],
    ['no port', { name: 'a' }, 'ports[0].port: is missing; it must be a port from 1 to 65535'],
    [
      'an unknown protocol',
      { port: 80, protocol: 'tcp' },
      'ports[0].protocol: must be TCP, UDP, SCTP, got "tcp"',
    ],
  ])('%s', (_, entry, problem) => {
    const { record, problems } = reduce(slice({ ports: [entry, { name: 'good', port: 443 }] }));
    expect(record?.ports.map(({ name }) => name)).toEqual(['good']);
    expect(problems).toEqual([problem]);
  });

  test('endpoints that are no list', () => {
    const { record, problems } = reduce(slice({ endpoints: {} }));
    expect(record?.endpoints).toEqual([]);
    expect(problems).toEqual(['endpoints: must be a list, got a mapping']);
  });
});

describe('an EndpointSlice is left out as a whole', () => {
  test.each<[string, object, string]>([
    [
      'without an address type',
      { addressType: undefined },
      'addressType: is missing; it must be IPv4 or IPv6',
    ],
    ['of an unknown address type', { addressType: 'IP' }, 'addressType: must be IPv4, IPv6, got "IP"'],
    [
      'of a Service with an impossible name',
      labels({ 'kubernetes.io/service-name': 'a"b' }),
      'metadata.labels["kubernetes.io/service-name"]: must be the name of a Service, got "a\\"b"',
    ],
  ])('%s', (_, fields, problem) => {
    expect(reduce(slice(fields))).toEqual({ record: undefined, problems: [problem], leftOut: 1 });
  });
});

test('IPv6 addresses become canonical, and those of the node itself are left out', () => {
  const endpoints = [{ addresses: ['FD00:0:0::5'] }, { addresses: ['::1'] }, { addresses: ['fe80::1'] }];
  const { record, problems } = reduce(slice({ addressType: 'IPv6', endpoints }));
  expect(record?.endpoints.map(({ address }) => address)).toEqual(['fd00::5']);
  expect(problems).toHaveLength(2);
});

describe('what triggered the slice', () => {
  const annotation = 'endpoints.kubernetes.io/last-change-trigger-time';
  const triggered = (value: unknown, fields: object = {}) =>
    reduceObject(
      slice({
        metadata: {
          name: 'web-1',
          namespace: 'shop',
          labels: ofService,
          annotations: { [annotation]: value },
        },
        ...fields,
      }),
    );

  test.each<[string, unknown, number | undefined]>([
    ['happened when the annotation says', '2026-11-21T03:17:05Z', Date.UTC(2026, 10, 21, 3, 17, 5)],
    ['may have parts of a second', '2026-11-21T03:17:05.123456789Z', Date.UTC(2026, 10, 21, 3, 17, 5, 123)],
    ['may be in another time zone', '2026-11-21T04:17:05+01:00', Date.UTC(2026, 10, 21, 3, 17, 5)],
    ['is not known where it is no time', 'yesterday', undefined],
    ['is not known where it is only like one', '2026-99-21T03:17:05Z', undefined],
    ['is not known where it is a number', 2026, undefined],
  ])('%s', (_, value, triggeredAt) => {
    const { changes, problems } = triggered(value);
    const [change] = changes;
    expect(change?.kind === 'EndpointSlice' ? change.triggeredAt : 'no slice').toBe(triggeredAt);
    expect(problems).toEqual([]);
  });

  test('is no part of the record', () => {
    expect(reduce(slice()).record).not.toHaveProperty('triggeredAt');
    const { changes } = triggered('2026-11-21T03:17:05Z');
    expect(changes[0]?.record).not.toHaveProperty('triggeredAt');
  });
});

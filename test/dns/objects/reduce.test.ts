import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/state/problem.ts';
import { endpointSliceObject, serviceObject } from '../../support/apiserver/objects.ts';
import { externalName, headless, reduceForDns, slice } from '../../support/dns/cluster.ts';

function reduced(object: object) {
  const { changes, problems } = reduceForDns(object);
  return { records: changes.map(({ record }) => record), problems: problems.map(formatProblem) };
}

describe('of a Service is kept', () => {
  test('one address a family, and its ports', () => {
    const spec = { clusterIPs: ['fd00::1', '10.96.0.10', '10.96.0.11'] };
    expect(reduced(serviceObject('web', { spec }))).toEqual({
      records: [
        {
          key: 'default/web',
          target: { type: 'ClusterIP', addresses: ['10.96.0.10', 'fd00::1'] },
          ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
        },
      ],
      problems: [],
    });
  });

  test('that it is headless, in either form, and publishes what is not ready', () => {
    const target = { type: 'headless', publishNotReadyAddresses: true };
    const flag = { publishNotReadyAddresses: true };
    expect(reduced(headless('pets', flag))).toMatchObject({ records: [{ target }], problems: [] });
    const single = serviceObject('pets', { clusterIP: 'None', spec: { ...flag, clusterIPs: undefined } });
    expect(reduced(single)).toMatchObject({ records: [{ target }], problems: [] });
  });

  test('where an alias leads, in lower case and without the last dot', () => {
    const target = { type: 'ExternalName', externalName: 'www.example.com' };
    expect(reduced(externalName('out', 'WWW.example.com.'))).toMatchObject({
      records: [{ target }],
      problems: [],
    });
  });

  test('no address where there is none yet', () => {
    const target = { type: 'ClusterIP', addresses: [] };
    const pending = serviceObject('web', { spec: { clusterIP: '', clusterIPs: undefined } });
    expect(reduced(pending)).toMatchObject({ records: [{ target }], problems: [] });
  });
});

describe('of an EndpointSlice is kept', () => {
  test('every address with the hostname, and whether it is ready', () => {
    const endpoints = [
      { addresses: ['10.244.0.1', '10.244.0.2'], hostname: 'rex' },
      { addresses: ['10.244.0.3'], conditions: { ready: false } },
    ];
    expect(reduced(slice('pets', endpoints))).toMatchObject({
      records: [
        {
          service: 'default/pets',
          endpoints: [
            { address: '10.244.0.1', hostname: 'rex', ready: true },
            { address: '10.244.0.2', hostname: 'rex', ready: true },
            { address: '10.244.0.3', hostname: undefined, ready: false },
          ],
        },
      ],
      problems: [],
    });
  });

  test('nothing where it has no Service, or names for addresses', () => {
    const metadata = { name: 'alone', namespace: 'default' };
    expect(reduced({ ...endpointSliceObject('x', []), metadata })).toEqual({
      records: [undefined],
      problems: [],
    });
    expect(reduced({ ...endpointSliceObject('x', []), addressType: 'FQDN' })).toEqual({
      records: [undefined],
      problems: [],
    });
  });
});

test('a Namespace is its name', () => {
  const namespace = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'shop' } };
  expect(reduced(namespace)).toEqual({ records: [{ name: 'shop' }], problems: [] });
});

test('a Node has no name here', () => {
  expect(reduced({ kind: 'Node', apiVersion: 'v1', metadata: { name: 'a' } })).toEqual({
    records: [],
    problems: [],
  });
});

describe('what cannot be used is named, and the rest is', () => {
  test.each<[string, object, number, string]>([
    [
      'an address',
      serviceObject('web', { spec: { clusterIPs: ['10.96.0.256', 'fd00::1'] } }),
      1,
      'Service default/web: spec.clusterIPs[0]: ',
    ],
    [
      'a port',
      serviceObject('web', { spec: { ports: [{ port: 0 }, { port: 80 }] } }),
      1,
      'Service default/web: spec.ports[0].port: ',
    ],
    [
      'where an alias leads',
      externalName('out', 'a b'),
      0,
      'Service default/out: spec.externalName: must be a host name',
    ],
    ['a type', serviceObject('web', { spec: { type: 'Other' } }), 1, 'Service default/web: spec.type: '],
    [
      'an endpoint',
      slice('web', [{ addresses: ['x'] }, { addresses: ['10.244.0.1'] }]),
      1,
      'EndpointSlice default/web-1: endpoints[0].addresses[0]: ',
    ],
    [
      'a hostname',
      slice('web', [{ addresses: ['10.244.0.1'], hostname: 'a.b' }]),
      1,
      'EndpointSlice default/web-1: endpoints[0].hostname: ',
    ],
    [
      'an address type',
      slice('web', [], { addressType: 'IPv5' }),
      0,
      'EndpointSlice default/web-1: addressType: ',
    ],
    [
      'the namespace',
      { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'A' } },
      0,
      'Namespace "A": metadata.name: ',
    ],
  ])('%s', (_what, object, kept, problem) => {
    const { records, problems } = reduced(object);
    expect(records).toHaveLength(kept);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(problem)).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/state/problem.ts';
import { reduceObject } from '../../src/state/reduce-object.ts';
import { node, service, slice } from '../support/state/objects.ts';

const anyValue = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
});

/** Values that come close to good ones, and what somebody would write who wants more than a name. */
const spice = fc.oneof(
  anyValue,
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    65_536,
    80.5,
    Number.NaN,
    '80',
    [],
    {},
    [null],
    [[]],
    true,
    '10.0.0.1',
    'None',
  ),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'a; flush ruleset',
    'a"b',
    "a'b",
    'a\nb',
    '10.0.0.1/8 -j ACCEPT',
    '$(reboot)',
    '\u001b[2J',
    'ａ',
  ),
);

/** Rich objects, so that a break can hit every field. */
const objects = [
  service(
    {
      metadata: {
        name: 'web',
        namespace: 'shop',
        creationTimestamp: '2026-01-31T12:00:00Z',
        labels: { 'service.kubernetes.io/service-proxy-name': 'other' },
        annotations: { 'portolan.dev/balance': 'maglev' },
      },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] } },
    },
    {
      type: 'LoadBalancer',
      clusterIPs: ['10.96.0.10', 'fd00::10'],
      externalIPs: ['203.0.113.1'],
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      externalTrafficPolicy: 'Local',
      internalTrafficPolicy: 'Local',
      healthCheckNodePort: 32000,
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 30 } },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort: 30080 }],
    },
  ),
  slice({
    endpoints: [
      {
        addresses: ['10.244.0.5'],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: 'node-0',
        hints: { forZones: [{ name: 'zone-a' }], forNodes: [{ name: 'node-0' }] },
      },
    ],
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  }),
  node({
    metadata: { name: 'node-0', labels: { 'topology.kubernetes.io/zone': 'zone-a' } },
    spec: { podCIDRs: ['10.244.0.0/24'] },
    status: { addresses: [{ type: 'InternalIP', address: '192.168.50.10' }] },
  }),
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes' },
    spec: { cidrs: ['10.96.0.0/12'] },
  },
];

type Path = readonly (string | number)[];

function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner).map((path) => [key, ...path])),
  ];
}

function broken(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const inner = Object.entries(value ?? {}).find(([name]) => name === String(key))?.[1];
  if (Array.isArray(value)) return value.with(Number(key), broken(inner, rest, replacement));
  return { ...Object(value), [key]: broken(inner, rest, replacement) };
}

const breaks = fc
  .constantFrom(...objects.flatMap((object) => pathsIn(object).map((path) => ({ object, path }))))
  .chain(({ object, path }) => spice.map((replacement) => broken(object, path, replacement)));

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe('whatever the object is', () => {
  const inputs = fc.oneof(
    anyValue,
    breaks,
    fc.array(breaks).map((items) => ({ apiVersion: 'v1', kind: 'List', items })),
  );

  test('it is reduced to text that is safe in rules', () => {
    fc.assert(
      fc.property(inputs, (object) => {
        for (const text of textsIn(reduceObject(object).changes))
          expect(text).toMatch(/^[A-Za-z0-9._:/+-]*$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('its problems are short lines', () => {
    fc.assert(
      fc.property(inputs, (object) => {
        for (const problem of reduceObject(object, 'a.yaml:1').problems)
          expect(formatProblem(problem)).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,500}$/u);
      }),
      { numRuns: 2_000 },
    );
  });

  test('it is kept, or a problem says why not, unless it is of another kind', () => {
    fc.assert(
      fc.property(breaks, (object) => {
        const { changes, problems, leftOut } = reduceObject(object);
        expect(changes.length + leftOut).toBeLessThanOrEqual(1);
        expect(problems.length).toBeGreaterThanOrEqual(leftOut);
      }),
      { numRuns: 2_000 },
    );
  });
});

import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import type {
  ChangeFor,
  FrontendChange,
  TrafficComparison,
} from '../../../../src/diff/traffic/compare-traffic.ts';
import { formatTraffic } from '../../../../src/diff/traffic/report/traffic-text.ts';
import type { TrafficFrontend } from '../../../../src/diff/traffic/traffic-frontend.ts';
import { parseAddress } from '../../../../src/net/address.ts';

const refused: ChangeFor = {
  who: ['everyone'],
  change: { kind: 'verdict', before: 'dnat', after: 'reject', endpoints: ['10.244.1.1:80'] },
};

describe('what changes for traffic, in words', () => {
  test('says the same of many Services once, without their endpoints', () => {
    const frontends = Array.from({ length: 20 }, (_, at) => changed(at, refused, `10.244.1.${at}:80`));
    expect(textOf(frontends)).toBe(`IPv4
~ 20 frontends of 20 Services:
      shop/s00:http  ClusterIP 10.96.0.0:80/TCP
      shop/s01:http  ClusterIP 10.96.0.1:80/TCP
      shop/s02:http  ClusterIP 10.96.0.2:80/TCP
      shop/s03:http  ClusterIP 10.96.0.3:80/TCP
      … and 16 more Services
    to its endpoints → rejected
IPv4 frontends: 20 changed, 5 the same.
`);
  });

  test('names the endpoints where few Services change', () => {
    expect(textOf([changed(1, refused, '10.244.1.1:80'), changed(2, refused, '10.244.1.2:80')])).toBe(`IPv4
~ shop/s01:http  ClusterIP 10.96.0.1:80/TCP
    to 1 endpoint (10.244.1.1:80) → rejected
~ shop/s02:http  ClusterIP 10.96.0.2:80/TCP
    to 1 endpoint (10.244.1.2:80) → rejected
IPv4 frontends: 2 changed, 5 the same.
`);
  });

  test('puts lost frontends before gained ones, and these before changed ones', () => {
    const frontends = (['changed', 'gained', 'lost'] as const).map((status, at) => ({
      ...changed(at, refused),
      status,
    }));
    expect(textOf(frontends).match(/^[-+~]/gm)).toEqual(['-', '+', '~']);
  });

  test.each<{ says: string; who: readonly string[]; change: ChangeFor['change'] }>([
    {
      says: 'for pods and the node itself: endpoints 1 → 8: gains a, b, c, d, e and 2 more; loses z',
      who: ['pods', 'the node itself'],
      change: { kind: 'endpoints', before: 1, after: 8, gained: [...'abcdefg'], lost: ['z'] },
    },
    {
      says: 'shares: a 50% → 33.3%, b 50% → 66.7%',
      who: ['everyone'],
      change: {
        kind: 'shares',
        endpoints: [
          { endpoint: 'a', before: 0.5, after: 1 / 3 },
          { endpoint: 'b', before: 0.5, after: 2 / 3 },
        ],
      },
    },
    {
      says: 'for a, b and c: masqueraded: to some endpoints → no',
      who: ['a', 'b', 'c'],
      change: { kind: 'masquerade', before: 'some', after: 'no' },
    },
    { says: 'masqueraded', who: ['everyone'], change: { kind: 'masquerade', before: null, after: 'yes' } },
    {
      says: 'masqueraded to some endpoints',
      who: ['everyone'],
      change: { kind: 'masquerade', before: null, after: 'some' },
    },
    {
      says: 'session affinity: none → by client for 10800 s',
      who: ['everyone'],
      change: { kind: 'affinity', before: { kind: 'none' }, after: { kind: 'client', seconds: 10_800 } },
    },
    {
      says: 'session affinity: by client → none',
      who: ['everyone'],
      change: { kind: 'affinity', before: { kind: 'client', seconds: undefined }, after: { kind: 'none' } },
    },
  ])('$says', ({ says, who, change }) => {
    expect(textOf([changed(1, { who, change })])).toContain(`\n    ${says}\n`);
  });

  test('names node ports, and addresses whose kind or Service nobody knows', () => {
    const change = changed(1, refused);
    const nodePort = { ...change.frontend, kind: 'NodePort', address: undefined, port: 30080 } as const;
    const unknown = { ...change.frontend, kind: 'address', service: '' } as const;
    expect(textOf([{ ...change, frontend: nodePort }])).toContain('\n~ shop/s01:http  node port 30080/TCP\n');
    expect(textOf([{ ...change, frontend: unknown }])).toContain('\n~ address 10.96.0.1:80/TCP\n');
  });

  test('says what cannot be known', () => {
    const unknowns = ['it leaves by docker0'];
    expect(textOf([], { unknowns })).toContain('? what becomes of some packets depends on');
  });
});

function textOf(frontends: readonly FrontendChange[], changes: Partial<TrafficComparison> = {}): string {
  const comparison = { family: 'IPv4', frontends, others: [], same: 5, unknowns: [], ...changes } as const;
  return [...formatTraffic([comparison], pc.createColors(false))].join('');
}

function changed(number: number, { who, change }: ChangeFor, endpoint?: string): FrontendChange {
  const [address] = [parseAddress(`10.96.0.${number}`)];
  const frontend: TrafficFrontend = {
    kind: 'ClusterIP',
    address,
    port: 80,
    protocol: 'TCP',
    service: `shop/s${String(number).padStart(2, '0')}:http`,
    ranges: [],
    affinity: () => ({ kind: 'none' }),
  };
  const own =
    endpoint !== undefined && change.kind === 'verdict' ? { ...change, endpoints: [endpoint] } : change;
  return { frontend, status: 'changed', changes: [{ who, change: own }] };
}

import { describe, expect, test } from 'vitest';
import { answerOf, compareAnswers, type TrafficChange } from '../../../src/diff/traffic/compare-answers.ts';
import type { Trace, TracedEndpoint, TraceVerdict } from '../../../src/trace/trace.ts';

const a = { endpoint: '10.244.1.1:80', share: 0.5, masquerade: false };
const b = { endpoint: '10.244.1.2:80', share: 0.5, masquerade: false };
const masqueraded = (endpoint: TracedEndpoint): TracedEndpoint => ({ ...endpoint, masquerade: true });

describe('what changes from one answer to another', () => {
  test.each<{ name: string; before: Trace; after: Trace; changes: readonly TrafficChange[] }>([
    { name: 'nothing, where both are the same', before: dnat(a, b), after: dnat(a, b), changes: [] },
    { name: 'nothing, where only the order differs', before: dnat(a, b), after: dnat(b, a), changes: [] },
    {
      name: 'an endpoint gained; the smaller shares of the others follow from it',
      before: dnat({ ...a, share: 1 }),
      after: dnat(a, b),
      changes: [{ kind: 'endpoints', gained: [b.endpoint], lost: [], before: 1, after: 2 }],
    },
    {
      name: 'an endpoint lost',
      before: dnat(a, b),
      after: dnat({ ...b, share: 1 }),
      changes: [{ kind: 'endpoints', gained: [], lost: [a.endpoint], before: 2, after: 1 }],
    },
    {
      name: 'shares of the same endpoints',
      before: dnat(a, b),
      after: dnat({ ...a, share: 0.25 }, { ...b, share: 0.75 }),
      changes: [
        {
          kind: 'shares',
          endpoints: [
            { endpoint: a.endpoint, before: 0.5, after: 0.25 },
            { endpoint: b.endpoint, before: 0.5, after: 0.75 },
          ],
        },
      ],
    },
    {
      name: 'nothing, where shares differ by what rules round off',
      before: dnat(a, b),
      after: dnat({ ...a, share: 0.501 }, { ...b, share: 0.499 }),
      changes: [],
    },
    {
      name: 'masquerading',
      before: dnat(a, b),
      after: dnat(masqueraded(a), masqueraded(b)),
      changes: [{ kind: 'masquerade', before: 'no', after: 'yes' }],
    },
    {
      name: 'masquerading to some endpoints',
      before: dnat(a, b),
      after: dnat(masqueraded(a), b),
      changes: [{ kind: 'masquerade', before: 'no', after: 'some' }],
    },
    {
      name: 'no masquerading, where another endpoint makes some of all',
      before: dnat({ ...masqueraded(a), share: 1 }),
      after: dnat(masqueraded(a), b),
      changes: [{ kind: 'endpoints', gained: [b.endpoint], lost: [], before: 1, after: 2 }],
    },
    {
      name: 'a verdict, with the endpoints that are gone',
      before: dnat(masqueraded(a), masqueraded(b)),
      after: verdict('reject'),
      changes: [{ kind: 'verdict', before: 'dnat', after: 'reject', endpoints: [a.endpoint, b.endpoint] }],
    },
    {
      name: 'a verdict, with the endpoints that come, and that they are masqueraded',
      before: verdict('untouched'),
      after: dnat({ ...masqueraded(a), share: 1 }),
      changes: [
        { kind: 'verdict', before: 'untouched', after: 'dnat', endpoints: [a.endpoint] },
        { kind: 'masquerade', before: null, after: 'yes' },
      ],
    },
    {
      name: 'a verdict without endpoints on either side',
      before: verdict('drop'),
      after: verdict('accept'),
      changes: [{ kind: 'verdict', before: 'drop', after: 'accept', endpoints: [] }],
    },
    {
      name: 'masquerading of what is not translated',
      before: verdict('untouched'),
      after: { ...verdict('untouched'), masquerade: true },
      changes: [{ kind: 'masquerade', before: 'no', after: 'yes' }],
    },
  ])('$name', ({ before, after, changes }) => {
    expect(compareAnswers(answerOf(before), answerOf(after))).toEqual(changes);
  });
});

function dnat(...endpoints: readonly TracedEndpoint[]): Trace {
  return { ...verdict('dnat'), endpoints, masquerade: endpoints.some((endpoint) => endpoint.masquerade) };
}

function verdict(of: TraceVerdict): Trace {
  return { verdict: of, endpoints: [], masquerade: false, unknowns: [], assumptions: [], path: [] };
}

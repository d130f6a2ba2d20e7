import { expect, test } from 'vitest';
import type { Difference } from '../../../src/diff/rules/difference.ts';
import { formatSummary, summarizeRules } from '../../../src/diff/rules/rules-summary.ts';

const chain = (before: readonly string[] | undefined, after: readonly string[] | undefined): Difference => ({
  family: 'IPv4',
  part: { kind: 'chain', table: 'nat', name: 'KUBE-SVC-1' },
  before,
  after,
});

test('the summary counts chains, and of maps and sets the elements', () => {
  const map: Difference = {
    family: 'IPv4',
    part: { kind: 'map', table: 'nft portolan', name: 'services' },
    before: [
      'type ipv4_addr . inet_proto . inet_service : verdict',
      'counter',
      '10.96.0.1 . tcp . 80 : goto a',
    ],
    after: [
      'type ipv4_addr . inet_proto . inet_service : verdict',
      'counter',
      '10.96.0.1 . tcp . 80 : goto b',
      '10.96.0.2 . tcp . 80 : goto b',
    ],
  };
  const differences = [
    chain(['x'], ['y']),
    chain([], ['y']),
    chain(undefined, ['y']),
    chain(['x'], undefined),
    map,
  ];
  expect(summarizeRules(differences)).toEqual({
    chains: { changed: 2, added: 1, removed: 1 },
    elements: { added: 2, removed: 1 },
  });
  expect(formatSummary(summarizeRules(differences))).toBe(
    'Chains: 2 changed, 1 added, 1 removed; elements of maps and sets: 2 added, 1 removed.',
  );
});

test('how a set is declared is no element of it', () => {
  const set: Difference = {
    family: 'IPv4',
    part: { kind: 'set', table: 'nft portolan', name: 'hairpin' },
    before: undefined,
    after: ['type ipv4_addr', 'flags interval', 'timeout 3h', '10.244.1.1'],
  };
  expect(formatSummary(summarizeRules([set]))).toBe('Elements of maps and sets: 1 added.');
});

test('nothing is said of what does not differ', () => {
  expect(formatSummary(summarizeRules([]))).toBe('No rule differs.');
});

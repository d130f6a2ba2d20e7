import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Family } from '../../../src/net/family.ts';
import type { ChainName, SetName } from '../../../src/nftables/names.ts';
import type { Data, Key, Rule } from '../../../src/nftables/table/table.ts';
import {
  formatTransaction,
  type Step,
  type Transaction,
} from '../../../src/nftables/table/table-transaction.ts';
import { parseTransaction } from '../../support/parse-transaction.ts';

const chain = fc.constantFrom(
  'KUBE-SVC-tcp-random-2',
  'KUBE-SEP-AAAA',
  'nat-output',
) as fc.Arbitrary<ChainName>;
const set = fc.constantFrom(
  'services',
  'service-endpoints-tcp',
  'KUBE-SEP-AAAA-clients',
) as fc.Arbitrary<SetName>;
const rule = fc.constantFrom(
  'jump KUBE-MARK-MASQ',
  'numgen random mod 2 vmap { 0 : goto KUBE-SEP-A, 1 : goto KUBE-SEP-B } comment "default/web:http"',
  'update @KUBE-SEP-AAAA-clients { ip saddr timeout 3h }',
) as fc.Arbitrary<Rule>;
const hook = fc.constantFrom(undefined, 'type nat hook output priority -100; policy accept;');
const property = fc.constantFrom(
  'type ipv4_addr . inet_service : verdict',
  'size 65535',
  'flags dynamic,timeout',
);
const key = fc.constantFrom(
  '10.96.0.1 . tcp . 80',
  'fd00:96::1 . 80 . 0',
  '30080 . 1',
  '::',
) as fc.Arbitrary<Key>;
const data = fc.constantFrom(
  '',
  'goto KUBE-REJECT',
  '10.0.0.1 . 8080',
  'fd00:10::1 . 8080',
) as fc.Arbitrary<Data>;
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 4 });

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ kind: 'add-table' }),
  fc.constant<Step>({ kind: 'delete-table' }),
  fc.record({
    kind: fc.constant('add-set' as const),
    set: fc.record({ name: set, kind: fc.constantFrom('map', 'set'), properties: some(property) }),
  }),
  fc.record({ kind: fc.constant('delete-set' as const), name: set }),
  fc.record({ kind: fc.constant('add-chain' as const), chain: fc.record({ name: chain, hook }) }),
  fc.record({ kind: fc.constantFrom('flush-chain' as const, 'delete-chain' as const), name: chain }),
  fc.record({ kind: fc.constant('add-rules' as const), name: chain, rules: some(rule) }),
  fc.record({ kind: fc.constant('delete-elements' as const), set, keys: some(key) }),
  fc.record({ kind: fc.constant('add-elements' as const), set, elements: some(fc.tuple(key, data)) }),
);

/** Rules for one chain in two steps are the same text as in one. */
const anyTransaction: fc.Arbitrary<Transaction> = fc
  .array(anyStep)
  .filter((steps) =>
    steps.every((step, at) => step.kind !== 'add-rules' || steps[at - 1]?.kind !== 'add-rules'),
  );

test('a transaction reads back from its text as it was', () => {
  fc.assert(
    fc.property(anyTransaction, fc.constantFrom<Family>('IPv4', 'IPv6'), (transaction, family) => {
      const commands = parseTransaction(formatTransaction(transaction, { family }));
      expect(commands.map(({ step }) => step)).toEqual(transaction);
      const table = family === 'IPv4' ? 'ip portolan' : 'ip6 portolan';
      expect(commands.every((command) => command.table === table)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

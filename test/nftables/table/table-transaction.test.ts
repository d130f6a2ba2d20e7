import { describe, expect, test } from 'vitest';
import type { ChainName } from '../../../src/nftables/names.ts';
import type { Data, Key, Rule } from '../../../src/nftables/table/table.ts';
import { formatTransaction, type Step } from '../../../src/nftables/table/table-transaction.ts';

describe('a transaction', () => {
  const cases: readonly { readonly name: string; readonly step: Step; readonly text: string }[] = [
    { name: 'adds the table', step: { kind: 'add-table' }, text: 'add table ip t\n' },
    {
      name: 'deletes the table, whether it is there or not',
      step: { kind: 'delete-table' },
      text: 'add table ip t\ndelete table ip t\n',
    },
    {
      name: 'adds a map',
      step: {
        kind: 'add-set',
        set: { name: 'services', kind: 'map', properties: ['type ipv4_addr : verdict', 'counter'] },
      },
      text: 'add map ip t services { type ipv4_addr : verdict; counter; }\n',
    },
    {
      name: 'adds a chain that a hook calls',
      step: {
        kind: 'add-chain',
        chain: {
          name: 'nat-output' as ChainName,
          hook: 'type nat hook output priority -100; policy accept;',
        },
      },
      text: 'add chain ip t nat-output { type nat hook output priority -100; policy accept; }\n',
    },
    {
      name: 'adds rules, one a line',
      step: { kind: 'add-rules', name: 'c' as ChainName, rules: ['drop', 'reject'] as Rule[] },
      text: 'add rule ip t c drop\nadd rule ip t c reject\n',
    },
    {
      name: 'adds elements of a map',
      step: {
        kind: 'add-elements',
        set: 'services',
        elements: [
          ['10.0.0.1', 'goto a'],
          ['10.0.0.2', 'goto b'],
        ] as [Key, Data][],
      },
      text: 'add element ip t services { 10.0.0.1 : goto a, 10.0.0.2 : goto b }\n',
    },
    {
      name: 'adds elements of a set',
      step: { kind: 'add-elements', set: 'cluster-ips', elements: [['10.0.0.1', '']] as [Key, Data][] },
      text: 'add element ip t cluster-ips { 10.0.0.1 }\n',
    },
    {
      name: 'says nothing where it adds no element',
      step: { kind: 'add-elements', set: 'cluster-ips', elements: [] },
      text: '',
    },
    {
      name: 'says nothing where it deletes no element',
      step: { kind: 'delete-elements', set: 'cluster-ips', keys: [] },
      text: '',
    },
  ];

  test.each(cases)('$name', ({ step, text }) => {
    expect(formatTransaction([step], { family: 'IPv4' }, 't')).toBe(text);
  });
});

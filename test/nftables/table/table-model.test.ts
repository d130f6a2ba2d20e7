import { describe, expect, test } from 'vitest';
import type { ChainName, ClientSetName } from '../../../src/nftables/names.ts';
import { type Data, emptyTable, type Key, type Rule } from '../../../src/nftables/table/table.ts';
import { TableModel } from '../../../src/nftables/table/table-model.ts';
import type { Step } from '../../../src/nftables/table/table-transaction.ts';

const chain = (text: string) => text as ChainName;
const clients = 'a-clients' as ClientSetName;
const element = (key: string, data = '') => [key as Key, data as Data] as const;
const addChain = (name: string): Step => ({
  kind: 'add-chain',
  chain: { name: chain(name), hook: undefined },
});
const addRule = (name: string, rule: string): Step => ({
  kind: 'add-rules',
  name: chain(name),
  rules: [rule as Rule],
});
const addServices: Step = {
  kind: 'add-set',
  set: { name: 'services', kind: 'map', properties: ['type ipv4_addr : verdict'] },
};
const addClients: Step = {
  kind: 'add-set',
  set: { name: clients, kind: 'set', properties: ['type ipv4_addr'] },
};
const addService = (key: string, data: string): Step => ({
  kind: 'add-elements',
  set: 'services',
  elements: [element(key, data)],
});

describe('a table outside the kernel refuses', () => {
  test.each<{ readonly name: string; readonly steps: readonly Step[]; readonly reason: string }>([
    { name: 'a rule in no chain', steps: [addRule('a', 'drop')], reason: 'no chain a' },
    { name: 'a rule to no chain', steps: [addChain('a'), addRule('a', 'jump b')], reason: 'no chain b' },
    {
      name: 'a rule to several chains, of which one is missing',
      steps: [addChain('a'), addChain('b'), addRule('a', 'vmap { 0 : goto b, 1 : goto c }')],
      reason: 'no chain c',
    },
    {
      name: 'a rule with no set',
      steps: [addChain('a'), addRule('a', 'ip saddr @x drop')],
      reason: 'no set x',
    },
    { name: 'an element in no map', steps: [addService('1', 'goto a')], reason: 'no set services' },
    {
      name: 'an element to no chain',
      steps: [addServices, addService('1', 'goto a')],
      reason: 'no chain a',
    },
    {
      name: 'an element that is there with other data',
      steps: [
        addServices,
        addChain('a'),
        addChain('b'),
        addService('1', 'goto a'),
        addService('1', 'goto b'),
      ],
      reason: '1 is in services already',
    },
    {
      name: 'to delete an element that is not there',
      steps: [addServices, { kind: 'delete-elements', set: 'services', keys: ['1' as Key] }],
      reason: 'no 1 in services',
    },
    { name: 'to flush no chain', steps: [{ kind: 'flush-chain', name: chain('a') }], reason: 'no chain a' },
    { name: 'to delete no chain', steps: [{ kind: 'delete-chain', name: chain('a') }], reason: 'no chain a' },
    {
      name: 'to delete a chain that a rule leads to',
      steps: [
        addChain('a'),
        addChain('b'),
        addRule('a', 'goto b'),
        { kind: 'delete-chain', name: chain('b') },
      ],
      reason: 'a leads to b',
    },
    {
      name: 'to delete a chain that an element leads to',
      steps: [
        addServices,
        addChain('a'),
        addService('1', 'goto a'),
        { kind: 'delete-chain', name: chain('a') },
      ],
      reason: 'services leads to a',
    },
    { name: 'to delete no set', steps: [{ kind: 'delete-set', name: clients }], reason: 'no set a-clients' },
    {
      name: 'to delete a set that a rule asks',
      steps: [
        addClients,
        addChain('a'),
        addRule('a', 'ip saddr @a-clients drop'),
        { kind: 'delete-set', name: clients },
      ],
      reason: 'a asks a-clients',
    },
  ])('$name', ({ steps, reason }) => {
    expect(() => new TableModel(emptyTable).apply(steps)).toThrow(reason);
  });
});

describe('a table outside the kernel takes', () => {
  test('chains that lead to each other, and their end', () => {
    const model = new TableModel(emptyTable);
    model.apply([addChain('a'), addChain('b'), addRule('a', 'goto b'), addRule('b', 'drop')]);
    expect([...model.chains.values()].map(({ rules }) => rules)).toEqual([['goto b'], ['drop']]);
    model.apply([
      { kind: 'flush-chain', name: chain('a') },
      { kind: 'delete-chain', name: chain('b') },
      { kind: 'delete-chain', name: chain('a') },
    ]);
    expect(model.chains.size).toBe(0);
  });

  test('a chain whose name begins like one that is in use', () => {
    const model = new TableModel(emptyTable);
    model.apply([addChain('a'), addChain('b'), addChain('b-1'), addRule('a', 'goto b-1')]);
    expect(() => model.apply([{ kind: 'delete-chain', name: chain('b') }])).not.toThrow();
  });

  test('an element twice with the same data, and again after it went', () => {
    const model = new TableModel(emptyTable);
    const remove: Step = { kind: 'delete-elements', set: 'services', keys: ['1' as Key] };
    model.apply([addServices, addChain('a'), addService('1', 'goto a'), addService('1', 'goto a')]);
    model.apply([addChain('b'), remove, addService('1', 'goto b')]);
    expect(model.elements.get('services')).toEqual(new Map([element('1', 'goto b')]));
  });

  test('a chain that is there already as it stands', () => {
    const model = new TableModel(emptyTable);
    model.apply([addChain('a'), addRule('a', 'drop'), addChain('a')]);
    expect(model.chains.get(chain('a'))?.rules).toEqual(['drop']);
  });

  test('the end of the whole table', () => {
    const model = new TableModel(emptyTable);
    model.apply([addServices, addChain('a'), addService('1', 'goto a'), { kind: 'delete-table' }]);
    expect(model).toEqual(new TableModel(emptyTable));
  });
});

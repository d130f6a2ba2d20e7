import { describe, expect, test } from 'vitest';
import type { ChainName, ClientSetName } from '../../../src/nftables/names.ts';
import type { Data, Key, Rule } from '../../../src/nftables/table/table.ts';
import { Leftovers } from '../../../src/nftables/update/leftovers.ts';

const map = 'service-endpoints-tcp';
const key = (text: string) => text as Key;
const data = 'endpoint' as Data;
const chain = (text: string) => text as ChainName;
const clients = 'KUBE-SEP-A-clients' as ClientSetName;

describe('what is left over', () => {
  test('goes when its time has come, and not before', () => {
    const leftovers = new Leftovers();
    leftovers.addSlot(map, key('a'), data, 100);
    leftovers.addSlot(map, key('b'), data, 200);
    expect(leftovers.oldest).toBe(100);
    expect(leftovers.takeOlderThan(99)).toEqual([]);
    expect(leftovers.takeOlderThan(100)).toEqual([{ kind: 'delete-elements', set: map, keys: ['a'] }]);
    expect(leftovers.oldest).toBe(200);
    expect(leftovers.takeOlderThan(1_000)).toEqual([{ kind: 'delete-elements', set: map, keys: ['b'] }]);
    expect(leftovers.oldest).toBeUndefined();
  });

  test('goes in the order in which nothing refers to it any more', () => {
    const leftovers = new Leftovers();
    leftovers.addClientSet(clients, 1);
    leftovers.addChain(chain('KUBE-SEP-A'), [`update @${clients} { ip saddr timeout 3h }` as Rule], 1);
    leftovers.addChain(chain('KUBE-SVC-A'), ['goto KUBE-SEP-A' as Rule], 1);
    leftovers.addSlot(map, key('a'), data, 1);
    expect(leftovers.takeOlderThan(1)).toEqual([
      { kind: 'delete-elements', set: map, keys: ['a'] },
      { kind: 'flush-chain', name: 'KUBE-SEP-A' },
      { kind: 'flush-chain', name: 'KUBE-SVC-A' },
      { kind: 'delete-chain', name: 'KUBE-SEP-A' },
      { kind: 'delete-chain', name: 'KUBE-SVC-A' },
      { kind: 'delete-set', name: clients },
    ]);
    expect(leftovers.takeOlderThan(1)).toEqual([]);
  });

  test('is no longer left over where it is in use again', () => {
    const leftovers = new Leftovers();
    const rules = ['drop' as Rule];
    leftovers.addSlot(map, key('a'), data, 1);
    leftovers.addChain(chain('KUBE-SVC-A'), rules, 1);
    leftovers.addClientSet(clients, 1);
    expect(leftovers.takeSlot(map, key('a'))).toBe(data);
    expect(leftovers.takeChain(chain('KUBE-SVC-A'))).toEqual(rules);
    expect(leftovers.takeClientSet(clients)).toBe(true);
    expect(leftovers.takeSlot(map, key('a'))).toBeUndefined();
    expect(leftovers.takeChain(chain('KUBE-SVC-A'))).toBeUndefined();
    expect(leftovers.takeClientSet(clients)).toBe(false);
    expect(leftovers.takeOlderThan(1)).toEqual([]);
  });

  test('that is used and left again waits from then on', () => {
    const leftovers = new Leftovers();
    leftovers.addSlot(map, key('a'), data, 1);
    leftovers.addSlot(map, key('b'), data, 2);
    leftovers.takeSlot(map, key('a'));
    leftovers.addSlot(map, key('a'), data, 3);
    expect(leftovers.oldest).toBe(2);
    expect(leftovers.takeOlderThan(2)).toEqual([{ kind: 'delete-elements', set: map, keys: ['b'] }]);
  });

  test('is known with the slots that still stand', () => {
    const leftovers = new Leftovers();
    leftovers.addSlot(map, key('a'), data, 1);
    expect([...leftovers.slots()]).toEqual([{ map, key: 'a', data }]);
  });

  test('is as old as the oldest of slots, chains and sets', () => {
    const leftovers = new Leftovers();
    leftovers.addSlot(map, key('a'), data, 5);
    leftovers.addClientSet(clients, 4);
    leftovers.addChain(chain('KUBE-SVC-A'), [], 3);
    expect(leftovers.oldest).toBe(3);
  });
});

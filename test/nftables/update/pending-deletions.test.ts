import { describe, expect, test } from 'vitest';
import type { ChainName, ClientSetName } from '../../../src/nftables/names.ts';
import type { Data, Key, Rule } from '../../../src/nftables/table/table.ts';
import { PendingDeletions } from '../../../src/nftables/update/pending-deletions.ts';

const map = 'service-endpoints-tcp';
const key = (text: string) => text as Key;
const data = 'endpoint' as Data;
const chain = (text: string) => text as ChainName;
const clients = 'KUBE-SEP-A-clients' as ClientSetName;

describe('pending deletions', () => {
  test('are made when their time has come, and not before', () => {
    const pending = new PendingDeletions();
    pending.addSlot(map, key('a'), data, 100);
    pending.addSlot(map, key('b'), data, 200);
    expect(pending.oldest).toBe(100);
    expect(pending.deleteOlderThan(99)).toEqual([]);
    expect(pending.deleteOlderThan(100)).toEqual([{ kind: 'delete-elements', set: map, keys: ['a'] }]);
    expect(pending.oldest).toBe(200);
    expect(pending.deleteOlderThan(1_000)).toEqual([{ kind: 'delete-elements', set: map, keys: ['b'] }]);
    expect(pending.oldest).toBeUndefined();
  });

  test('are made in an order in which nothing refers to what is deleted', () => {
    const pending = new PendingDeletions();
    pending.addClientSet(clients, 1);
    pending.addChain(chain('KUBE-SEP-A'), [`update @${clients} { ip saddr timeout 3h }` as Rule], 1);
    pending.addChain(chain('KUBE-SVC-A'), ['goto KUBE-SEP-A' as Rule], 1);
    pending.addSlot(map, key('a'), data, 1);
    expect(pending.deleteOlderThan(1)).toEqual([
      { kind: 'delete-elements', set: map, keys: ['a'] },
      { kind: 'flush-chain', name: 'KUBE-SEP-A' },
      { kind: 'flush-chain', name: 'KUBE-SVC-A' },
      { kind: 'delete-chain', name: 'KUBE-SEP-A' },
      { kind: 'delete-chain', name: 'KUBE-SVC-A' },
      { kind: 'delete-set', name: clients },
    ]);
    expect(pending.deleteOlderThan(1)).toEqual([]);
  });

  test('are dropped for what is in use again', () => {
    const pending = new PendingDeletions();
    const rules = ['drop' as Rule];
    pending.addSlot(map, key('a'), data, 1);
    pending.addChain(chain('KUBE-SVC-A'), rules, 1);
    pending.addClientSet(clients, 1);
    expect(pending.reuseSlot(map, key('a'))).toBe(data);
    expect(pending.reuseChain(chain('KUBE-SVC-A'))).toEqual(rules);
    expect(pending.reuseClientSet(clients)).toBe(true);
    expect(pending.reuseSlot(map, key('a'))).toBeUndefined();
    expect(pending.reuseChain(chain('KUBE-SVC-A'))).toBeUndefined();
    expect(pending.reuseClientSet(clients)).toBe(false);
    expect(pending.deleteOlderThan(1)).toEqual([]);
  });

  test('of what was in use in between wait from then on', () => {
    const pending = new PendingDeletions();
    pending.addSlot(map, key('a'), data, 1);
    pending.addSlot(map, key('b'), data, 2);
    pending.reuseSlot(map, key('a'));
    pending.addSlot(map, key('a'), data, 3);
    expect(pending.oldest).toBe(2);
    expect(pending.deleteOlderThan(2)).toEqual([{ kind: 'delete-elements', set: map, keys: ['b'] }]);
  });

  test('list the slots that are still there', () => {
    const pending = new PendingDeletions();
    pending.addSlot(map, key('a'), data, 1);
    expect([...pending.slots()]).toEqual([{ map, key: 'a', data }]);
  });

  test('are as old as the oldest of slots, chains and sets', () => {
    const pending = new PendingDeletions();
    pending.addSlot(map, key('a'), data, 5);
    pending.addClientSet(clients, 4);
    pending.addChain(chain('KUBE-SVC-A'), [], 3);
    expect(pending.oldest).toBe(3);
  });
});

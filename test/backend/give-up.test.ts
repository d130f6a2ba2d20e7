import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { IptablesBackend } from '../../src/iptables/backend.ts';
import { iptablesRuleFiles, nftablesSkeleton } from '../../src/kernel/rule-files.ts';
import { NftablesBackend } from '../../src/nftables/backend.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import { FakeNfTables } from '../support/fake-nf-tables.ts';
import { FakeRuleTool } from '../support/fake-rule-tool.ts';
import { options as iptablesOptions } from '../support/iptables/proxy.ts';
import { objects, web } from '../support/nftables/changes.ts';
import { tableOptions } from '../support/nftables/proxy.ts';
import { context } from '../support/records.ts';

/** A tool that keeps the signal of each call: its last argument, or in that. To ask for generations takes no time. */
function keepingSignals<T extends object>(tool: T, signals: unknown[]): T {
  return new Proxy(tool, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || name === 'generation' || name === 'isOursSince') return member;
      return (...args: unknown[]) => {
        const last = args.at(-1);
        signals.push(typeof last === 'object' && last !== null && 'signal' in last ? last.signal : last);
        return Reflect.apply(member, target, args);
      };
    },
  });
}

test.each<[mode: string, open: (signals: unknown[], clock: () => number) => Backend]>([
  [
    'iptables',
    (signals) =>
      new IptablesBackend(
        'IPv4',
        keepingSignals(new FakeRuleTool('all'), signals),
        iptablesRuleFiles(),
        async () => iptablesOptions,
      ),
  ],
  [
    'nftables',
    (signals, clock) =>
      new NftablesBackend(
        'IPv4',
        keepingSignals(new FakeNfTables().open('IPv4'), signals),
        nftablesSkeleton(),
        async () => tableOptions('IPv4'),
        clock,
      ),
  ],
])('in mode %s every call of the tool can be given up', async (_, open) => {
  let now = 0;
  const signals: unknown[] = [];
  const backend = open(signals, () => now);
  const state = new ClusterState('node-0');
  const book = new PlanBook(state);
  const { signal } = new AbortController();
  const take = (changes: typeof web) => {
    for (const change of changes) state.apply(change);
    return book.take('IPv4', () => context());
  };
  take(web);
  await backend.syncAll(book.plans('IPv4'), signal);
  await backend.syncChanges(take(objects({}, ['10.0.0.7'])), signal);
  for (const look of backend.looks) await backend.isInForce(book.plans('IPv4'), look, signal);
  now = 10_000;
  await backend.tidy(signal);
  expect(signals.length).toBeGreaterThan(3);
  expect(signals.filter((given) => given !== signal)).toEqual([]);
});

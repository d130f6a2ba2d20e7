import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isServiceChain } from '../../src/iptables/chain-names.ts';
import type { Change } from '../../src/state/records.ts';
import { anyHistory } from '../support/arbitrary-cluster.ts';
import { type FakeRuleTool, targetOf } from '../support/fake-rule-tool.ts';
import { proxy } from '../support/iptables/proxy.ts';

test('whatever is known at first and comes later, unknown Services lose no rule, and in the end all is as if all had been known', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, fc.func(fc.boolean()), anyHistory, async (past, isKnown, future) => {
      const before = proxy();
      for (const changes of past) await before.apply(changes);
      const objects = present(past);
      const [known, unknown] = [
        objects.filter((change) => isKnown(change.key)),
        objects.filter((change) => !isKnown(change.key)),
      ];

      const options = { keepsUnclaimed: true };
      const restarted = proxy('all', before.tool.text(), options);
      await restarted.apply(known);
      const hidden = [...before.state.services.keys()].filter((key) => !restarted.state.services.has(key));
      for (const service of hidden)
        expect(leadingFrom(restarted.tool, service)).toEqual(leadingFrom(before.tool, service));
      expect(await restarted.syncer.inspect()).toEqual([]);

      for (const changes of future) {
        for (const outcome of await restarted.apply(changes)) expect(outcome.result).toBe('done');
        expect(await restarted.syncer.inspect()).toEqual([]);
      }

      options.keepsUnclaimed = false;
      restarted.syncer.demandFull();
      const told = new Set(future.flat().map(({ kind, key }) => `${kind} ${key}`));
      const rest = unknown.filter(({ kind, key }) => !told.has(`${kind} ${key}`));
      await restarted.apply(rest);
      const whole = proxy();
      // In the same order, which decides where slices contradict each other.
      for (const changes of [known, ...future, rest]) await whole.apply(changes);
      expect(lines(restarted.tool)).toEqual(lines(whole.tool));
    }),
    { numRuns: 100 },
  );
});

/** The objects that a history leaves. */
function present(history: readonly (readonly Change[])[]): readonly Change[] {
  const objects = new Map<string, Change>();
  for (const change of history.flat()) objects.set(`${change.kind} ${change.key}`, change);
  return [...objects.values()].filter(({ record }) => record !== undefined);
}

/** What becomes of packets to a Service in table nat: its rules there, and all that they lead to. */
function leadingFrom(tool: FakeRuleTool, service: string): readonly string[] {
  const chains = tool.chains('nat');
  const own = (chain: string) =>
    (chains.get(chain) ?? []).filter(
      (rule) => rule.includes(`"${service}:`) || rule.includes(`"${service} `),
    );
  const reached = new Map<string, string>();
  const reach = (rule: string) => {
    const target = targetOf(rule) ?? '';
    if (!isServiceChain(target) || reached.has(target)) return;
    reached.set(target, (chains.get(target) ?? []).join('; '));
    for (const next of chains.get(target) ?? []) reach(next);
  };
  const rules = [...own('KUBE-SERVICES'), ...own('KUBE-NODEPORTS')];
  for (const rule of rules) reach(rule);
  return [...rules.sort(), ...[...reached].map(([chain, text]) => `${chain}: ${text}`).sort()];
}

/** Among Services the order of rules does not matter. */
function lines(tool: FakeRuleTool): readonly string[] {
  return tool.text().split('\n').sort();
}

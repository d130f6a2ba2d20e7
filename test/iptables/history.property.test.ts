import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isServiceChain } from '../../src/iptables/chain-names.ts';
import type { BatchSize } from '../../src/iptables/restore-input.ts';
import { anyHistory } from '../support/arbitrary-cluster.ts';
import { type FakeRuleTool, targetOf } from '../support/fake-rule-tool.ts';
import { proxy } from '../support/iptables/proxy.ts';

const batchSizes: readonly BatchSize[] = ['all', 1, 3];

test('at each commit of any history, what leads to an endpoint leads all the way', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, fc.constantFrom(...batchSizes), async (history, batchSize) => {
      const { tool, apply } = proxy(batchSize);
      tool.onCommit = () => expect(deadEnds(tool)).toEqual([]);
      for (const changes of history) await apply(changes);
    }),
    { numRuns: 200 },
  );
});

/** Chains that packets reach from KUBE-SERVICES or KUBE-NODEPORTS, which are empty. */
function deadEnds(tool: FakeRuleTool): readonly string[] {
  const chains = tool.chains('nat');
  const reached = new Set<string>();
  const visit = (chain: string) => {
    if (reached.has(chain)) return;
    reached.add(chain);
    for (const rule of chains.get(chain) ?? []) {
      const target = targetOf(rule);
      if (target !== undefined && isServiceChain(target)) visit(target);
    }
  };
  for (const entry of ['KUBE-SERVICES', 'KUBE-NODEPORTS']) visit(entry);
  return [...reached].filter((chain) => isServiceChain(chain) && (chains.get(chain) ?? []).length === 0);
}

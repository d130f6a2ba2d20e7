import { describe, expect, test } from 'vitest';
import { type Family, families } from '../../src/net/family.ts';
import { readIptablesRules } from '../../src/rules-text/iptables/read-rules.ts';
import type { RuleTable } from '../../src/rules-text/ruleset.ts';
import type { Packet } from '../../src/trace/packet.ts';
import type { Trace } from '../../src/trace/trace.ts';
import { walk } from '../../src/trace/walk.ts';
import { nodeView } from '../support/equivalence/facts.ts';
import { forAnyCluster } from '../support/equivalence/for-any-cluster.ts';
import { packetGrid } from '../support/equivalence/packet-grid.ts';
import { playSteps } from '../support/equivalence/play-steps.ts';
import { iptablesProxy, nftablesProxy, type PlayedProxy } from '../support/equivalence/proxies.ts';
import { type LiveNamespace, liveNamespace } from '../support/kernel/live-namespace.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { shared } from '../support/shared.ts';

/** Clusters that each tool loads, of each family, and packets of each. */
const clusters = 10;
const packets = 60;

const missing = labUnavailable();
const borrow = shared(liveNamespace, (namespace) => namespace.clear());

describe('rules read from the kernel as a walk asks for them lead packets as their whole text does', () => {
  describe.each(['nft', 'legacy'] as const)('mode iptables (%s)', (variant) => {
    const unavailable = missing ?? iptablesUnavailable(variant);
    test.for(families)('%s', async (family, { skip }) => {
      skip(unavailable !== undefined, unavailable);
      const restore = `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${variant}-restore`;
      const namespace = await borrow();
      await forAnyCluster(clusters, async (history) => {
        // The counters of nfacct are no part of a new namespace.
        const proxy = iptablesProxy({ ...history.settings, countsLocalhost: false });
        await playSteps(proxy, history);
        const text = proxy.text(family);
        // It empties the tables first.
        await namespace.run([restore], text);
        await expectSameTraces(namespace, proxy, family, readIptablesRules(text, { family, variant }));
      });
    });
  });

  describe('mode nftables', () => {
    test.for(families)('%s', async (family, { skip }) => {
      skip(missing !== undefined, missing);
      const namespace = await borrow();
      await forAnyCluster(clusters, async (history) => {
        const proxy = nftablesProxy(history.settings);
        await playSteps(proxy, history);
        await namespace.run(['nft', '-f', '-'], `flush ruleset\n${proxy.text(family)}`);
        await expectSameTraces(namespace, proxy, family, proxy.ruleset(family).tables);
      });
    });
  });
});

async function expectSameTraces(
  namespace: LiveNamespace,
  proxy: PlayedProxy,
  family: Family,
  tables: readonly RuleTable[],
): Promise<void> {
  const facts = proxy.facts(family);
  const grid = packetGrid(proxy.plans(family), facts, packets);
  const whole = grid.map((packet) => walk({ family, tables }, packet, nodeView(facts)));
  const { traces } = await namespace.trace(family, grid, { facts });
  expect(described(grid, traces)).toEqual(
    described(
      grid,
      whole.flatMap((walked) => ('trace' in walked ? walked.trace : [])),
    ),
  );
}

function described(grid: readonly Packet[], traces: readonly Trace[]): unknown {
  return traces.map((trace, at) => ({ packet: grid[at], trace }));
}

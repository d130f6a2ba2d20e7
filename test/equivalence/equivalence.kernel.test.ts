import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { type Family, families } from '../../src/net/family.ts';
import { nftFamily } from '../../src/nftables/nftables-options.ts';
import { readIptablesRules } from '../../src/rules-text/iptables/read-rules.ts';
import { readNftListing } from '../../src/rules-text/nft/read-listing.ts';
import type { Ruleset, RuleTable } from '../../src/rules-text/ruleset.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { type Walked, walk } from '../../src/trace/walk.ts';
import { describeDisagreement, disagreements } from '../support/equivalence/compare.ts';
import { nodeView } from '../support/equivalence/facts.ts';
import { forAnyCluster } from '../support/equivalence/for-any-cluster.ts';
import { packetGrid } from '../support/equivalence/packet-grid.ts';
import { playSteps } from '../support/equivalence/play-steps.ts';
import { iptablesProxy, nftablesProxy, type PlayedProxy } from '../support/equivalence/proxies.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

/** Clusters that each tool loads, of each family. */
const clusters = 8;

const missing = labUnavailable();

describe('rules that the kernel has taken and lists again lead packets as the text did', () => {
  describe.each(['nft', 'legacy'] as const)('iptables (%s)', (variant) => {
    const unavailable = missing ?? iptablesUnavailable(variant);
    test.for(families)('%s', async (family, { skip }) => {
      skip(unavailable !== undefined, unavailable);
      const tool = `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${variant}`;
      await forAnyCluster(clusters, async (history) => {
        // The counters of nfacct are no part of a new namespace.
        const proxy = iptablesProxy({ ...history.settings, countsLocalhost: false });
        await playSteps(proxy, history);
        const saved = await inNamespace('"$0-restore" --wait=30 && "$0-save"', tool, proxy.text(family));
        expectSameTraces(proxy, family, readIptablesRules(saved, { family }));
      });
    });
  });

  describe.each(['text', 'JSON'])('nftables, listed as %s', (form) => {
    test.for(families)('%s', async (family, { skip }) => {
      skip(missing !== undefined, missing);
      const list = `nft -f - && nft ${form === 'JSON' ? '-j ' : ''}list table "$0" portolan`;
      await forAnyCluster(clusters, async (history) => {
        const proxy = nftablesProxy(history.settings);
        await playSteps(proxy, history);
        const listed = await inNamespace(list, nftFamily(family), proxy.text(family));
        expectSameTraces(proxy, family, readNftListing(listed, family));
      });
    });
  });
});

/** What a script prints in a new network namespace, with `$0` and this input. */
async function inNamespace(script: string, argument: string, input: string): Promise<string> {
  const { stdout } = await execa('unshare', ['--net', 'sh', '-c', script, argument], { input });
  return stdout;
}

function expectSameTraces(proxy: PlayedProxy, family: Family, tables: readonly RuleTable[]): void {
  const [plans, facts] = [proxy.plans(family), proxy.facts(family)];
  const [written, listed]: readonly Ruleset[] = [proxy.ruleset(family), { family, tables }];
  if (written === undefined || listed === undefined) throw new Error('two rulesets');
  const found = disagreements({ mode: proxy.mode, plans, facts, ruleset: listed });
  expect(found.map(describeDisagreement)).toEqual([]);
  const trace = (ruleset: Ruleset, packet: Packet): Walked => walk(ruleset, packet, nodeView(facts));
  for (const packet of packetGrid(plans, facts)) {
    expect(trace(listed, packet), JSON.stringify(packet)).toEqual(trace(written, packet));
  }
}

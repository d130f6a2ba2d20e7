import { type Family, families } from '../../../src/net/family.ts';
import type { ServicePortPlan } from '../../../src/plan/service-plan.ts';
import type { History } from './any-history.ts';
import { describeDisagreement, disagreements } from './compare.ts';
import { usualClients } from './packet-grid.ts';
import { playSteps } from './play-steps.ts';
import { iptablesProxy, nftablesProxy, type PlayedProxy } from './proxies.ts';

/** Packets of a family that are asked about after a history, and again after what was left over is gone. */
const mostPackets = 90;
const fewPackets = 24;

/** Longer than any packet is on its way. */
const longPause = 60_000;

/**
 * Plays a history through both backends. Throws where, after it, rules and plans do not agree about a packet, or partial
 * syncs have left other rules than one full sync makes of the same objects.
 */
export async function playHistory({ settings, steps }: History): Promise<void> {
  const iptables = iptablesProxy(settings);
  const nftables = nftablesProxy(settings);
  for (const proxy of [iptables, nftables]) await playSteps(proxy, { steps });
  const changes = steps.flatMap((step) => step.changes);
  const atOnce = iptablesProxy({ ...settings, batchSize: 'all' });
  await atOnce.apply(changes);
  for (const family of families) {
    expectSameContent(iptables, atOnce, family);
    for (const proxy of [iptables, nftables])
      expectAgreement(proxy, family, mostPackets, 'after the history');
  }
  await nftables.pass(longPause);
  const nftablesAtOnce = nftablesProxy(settings);
  await nftablesAtOnce.apply(changes);
  for (const family of families) {
    expectSameContent(nftables, nftablesAtOnce, family);
    expectAgreement(nftables, family, fewPackets, 'when nothing is left over');
    expectAgreement(nftablesAtOnce, family, fewPackets, 'after one full sync of the same objects');
    for (const proxy of [iptables, nftables]) expectAffinity(proxy, family);
  }
}

/** Each Service with session affinity has had every usual client at its last endpoint. */
function expectAffinity(proxy: PlayedProxy, family: Family): void {
  const facts = proxy.facts(family);
  const remembered = proxy.plans(family).flatMap(({ name, protocol, endpoints, affinityTimeoutSeconds }) => {
    const endpoint = endpoints.reachable.at(-1);
    if (affinityTimeoutSeconds === undefined || endpoint === undefined) return [];
    return usualClients(facts).map((client) => ({ client, service: name, protocol, endpoint }));
  });
  if (remembered.length === 0) return;
  proxy.remember(family, remembered);
  expectAgreement(proxy, family, fewPackets, 'for clients that come again', { ...facts, remembered });
}

function expectAgreement(
  proxy: PlayedProxy,
  family: Family,
  limit: number,
  when: string,
  facts = proxy.facts(family),
): void {
  const { mode } = proxy;
  const plans = proxy.plans(family);
  const compared = { mode, plans, facts, ruleset: proxy.ruleset(family) };
  const found = disagreements(compared, Math.ceil(limit * affordable(plans)));
  if (found.length === 0) return;
  throw new Error(
    [`${mode} ${family} ${when}:`, ...found.map(describeDisagreement), proxy.text(family)].join('\n'),
  );
}

/** A walk takes as many ways as there are endpoints, and in mode iptables each passes the rules of those before. */
function affordable(plans: readonly ServicePortPlan[]): number {
  const most = Math.max(...plans.map(({ endpoints }) => endpoints.reachable.length), 1);
  return Math.min(1, Math.max(0.1, (20 / most) ** 2));
}

interface WithContent extends PlayedProxy {
  content(family: Family): unknown;
}

function expectSameContent(stepwise: WithContent, atOnce: WithContent, family: Family): void {
  const [partial, full] = [stepwise, atOnce].map((proxy) => JSON.stringify(proxy.content(family), null, 1));
  if (partial === full) return;
  throw new Error(
    `${stepwise.mode} ${family}: partial syncs left\n${partial}\nwhere a full sync makes\n${full}`,
  );
}

import type { ProxyConfig } from '../config/proxy-config.ts';
import { type PacketCounter, packetCounters } from '../iptables/options.ts';
import { ruleDifference } from '../iptables/rule-difference.ts';
import { readSavedTables } from '../iptables/saved-rules.ts';
import { iptablesTool } from '../kernel/iptables-tool.ts';
import { detectIptablesVariant } from '../kernel/iptables-variant.ts';
import { type Family, families } from '../net/family.ts';
import { desiredFor } from './desired.ts';
import type { Difference, DiffOptions } from './diff.ts';
import { factsOfSide, readSavedFile } from './diff-side.ts';
import { UserError } from './exit-status.ts';
import type { LoadedState } from './inputs.ts';

/** What a sync in mode iptables would change, chain by chain. */
export async function* iptablesDifferences(
  loaded: LoadedState,
  config: ProxyConfig,
  options: DiffOptions,
): AsyncIterable<Difference> {
  const sides = options.against === 'live' ? await liveSides(options) : [await savedSide(options)];
  for (const { family, text } of sides) {
    const facts = await factsOfSide(options.against, loaded, config);
    const desired = desiredFor(family, loaded, config, { ...facts, packetCounters: countersIn(text) });
    for (const { table, chain, live, wanted } of ruleDifference(readSavedTables(text), desired)) {
      const lines = (rules: readonly string[] | undefined) => rules?.map((rule) => `-A ${chain} ${rule}`);
      yield { title: `${family} ${table} ${chain}`, other: lines(live), wanted: lines(wanted) };
    }
  }
}

/** The rules of one family on the side that is compared with. */
interface Side {
  readonly family: Family;
  /** What iptables-save printed. */
  readonly text: string;
}

async function liveSides({ family, variant }: DiffOptions): Promise<readonly Side[]> {
  const chosen = variant ?? (await detectIptablesVariant()).variant;
  return Promise.all(
    (family === undefined ? families : [family]).map(async (one) => {
      const lines = await Array.fromAsync(iptablesTool(one, chosen).save());
      return { family: one, text: lines.join('\n') };
    }),
  );
}

async function savedSide({ against, family }: DiffOptions): Promise<Side> {
  const text = await readSavedFile(against);
  if (readSavedTables(text).size === 0)
    throw new UserError(`--against ${against}: holds no table; it must be what iptables-save prints`);
  return { family: family ?? familyOfRules(text), text };
}

/** Rules of ip6tables give themselves away by an address or an ICMP message of IPv6. */
function familyOfRules(text: string): Family {
  return /^-A .*(?:-[sd] \S*:\S*|icmp6)/m.test(text) ? 'IPv6' : 'IPv4';
}

/** Counters change no packet's way, so the rules that are compared have those of the other side. */
function countersIn(text: string): ReadonlySet<PacketCounter> {
  return new Set(packetCounters.filter((name) => text.includes(name)));
}

import { renderRules } from '../../iptables/render-rules.ts';
import type { Address } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { formatTable } from '../../nftables/table/format-table.ts';
import { desiredFor, factsFromObjects } from '../../render/desired-rules-of.ts';
import { desiredTable } from '../../render/desired-table.ts';
import { readIptablesRules } from '../../rules-text/iptables/read-rules.ts';
import { readNftListing } from '../../rules-text/nft/read-listing.ts';
import type { Ruleset } from '../../rules-text/ruleset.ts';
import type { ExplainObjects } from '../packet/explain-objects.ts';

/**
 * The rules that `render` prints for a node with these addresses in addition to those of its Node object, read back
 * from their text as any other rules are.
 */
export function renderedRules(
  family: Family,
  addresses: readonly Address[],
  { loaded, config }: ExplainObjects,
): Ruleset {
  const own = factsFromObjects(loaded, config);
  const facts = { ...own, localAddresses: [...own.localAddresses, ...addresses] };
  if (config.mode === 'nftables') {
    const text = joined(formatTable(desiredTable(family, loaded, config, facts), { family }));
    return { family, tables: readNftListing(text, family) };
  }
  const text = joined(renderRules(desiredFor(family, loaded, config, facts)));
  return { family, tables: readIptablesRules(text, { family }) };
}

function joined(parts: Iterable<string>): string {
  return Array.from(parts).join('');
}

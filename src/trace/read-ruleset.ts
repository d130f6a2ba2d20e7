import type { Family } from '../net/family.ts';
import { readIptablesRules } from './iptables/read-rules.ts';
import { savedFamilies } from './iptables/saved-family.ts';
import { readNftListing } from './nftables/read-listing.ts';
import type { Ruleset } from './ruleset.ts';

export type RuleLanguage = 'iptables' | 'nftables';

/**
 * The rules of one family in any number of texts: what iptables-save and ip6tables-save print, or `nft list ruleset`, with
 * or without `-j`. Texts of the other family count nothing. Throws a `SavedRulesError` or `NotAListing` where a text
 * is none of these.
 */
export function readRuleset(texts: readonly string[], family: Family): Ruleset {
  const tables = texts.flatMap((text) => {
    if (languageOf(text) === 'nftables') return readNftListing(text, family);
    return savedFamilies(text).includes(family) ? readIptablesRules(text, { family }) : [];
  });
  return { family, tables };
}

/** The language of a text: only listings of nft open with a table, or are JSON. */
export function languageOf(text: string): RuleLanguage {
  return /^\s*\{|^table (?:ip6?|inet|arp|bridge|netdev) /m.test(text.slice(0, 100_000))
    ? 'nftables'
    : 'iptables';
}

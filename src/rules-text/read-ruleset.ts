import type { Family } from '../net/family.ts';
import { readIptablesRules } from './iptables/read-rules.ts';
import { savedFamilies } from './iptables/saved-family.ts';
import { readNftListing } from './nft/read-listing.ts';
import type { Ruleset, RuleTable } from './ruleset.ts';
import { byLanguage, type ListingText } from './split-listing.ts';

/**
 * The rules of one family in any number of texts of one node: what iptables-save and ip6tables-save print, or `nft list
 * ruleset`, with or without `-j`, or several of these in one text. Texts of the other family count nothing. Throws a
 * `SavedRulesError` or `NotAListing` where a text is none of these.
 */
export function readRuleset(texts: readonly string[], family: Family): Ruleset {
  return rulesetOf(
    texts.flatMap((text) => partsOf(text, family)),
    family,
  );
}

/** The rules in texts that concern the family. Throws as `readRuleset`. */
export function rulesetOf(texts: readonly ListingText[], family: Family): Ruleset {
  return { family, tables: texts.flatMap((text) => tablesOf(text, texts, family)) };
}

/**
 * The tables of one of a node's texts. Those of nft that iptables-nft keeps are left out where a save, which shows them
 * better, is among the texts. Throws as `readRuleset`.
 */
export function tablesOf(
  { kind, text }: ListingText,
  all: readonly ListingText[],
  family: Family,
): readonly RuleTable[] {
  if (kind === 'iptables-save') return readIptablesRules(text, { family });
  const hasSave = all.some((other) => other.kind === 'iptables-save');
  return readNftListing(text, family, hasSave ? { without: 'iptables-nft' } : {});
}

/** What of a text concerns the family. Throws as `readRuleset`. */
export function partsOf(text: string, family: Family): readonly ListingText[] {
  return byLanguage(text).filter(
    (part) => part.kind !== 'iptables-save' || savedFamilies(part.text).includes(family),
  );
}

import type { Family } from '../net/family.ts';
import { readIptablesRules } from './iptables/read-rules.ts';
import {
  lacksLegacyTables,
  requireWholeSave,
  savedFamilies,
  tablesLeftOut,
} from './iptables/save-remarks.ts';
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
  const tables = texts.flatMap((text) => tablesOf(text, texts, family));
  return { family, tables, assumptions: assumptionsOf(texts) };
}

/**
 * The tables of one of a node's texts. Those of nft that iptables-nft keeps are left out where a save, which shows them
 * better, is among the texts, and has them. Throws as `readRuleset`, and where no text has what a save leaves out.
 */
export function tablesOf(
  { kind, text }: ListingText,
  all: readonly ListingText[],
  family: Family,
): readonly RuleTable[] {
  const saves = all.filter((other) => other.kind === 'iptables-save');
  if (kind === 'iptables-save') {
    requireWholeSave(text, (table) => isListed(table, all, family));
    return readIptablesRules(text, { family });
  }
  if (saves.length === 0) return readNftListing(text, family);
  const ofIptablesNft = new Set(saves.flatMap((save) => tablesLeftOut(save.text).map(({ name }) => name)));
  return readNftListing(text, family, { ofIptablesNft });
}

function isListed(name: string, texts: readonly ListingText[], family: Family): boolean {
  const own = family === 'IPv4' ? 'ip' : 'ip6';
  return texts
    .filter(({ kind }) => kind !== 'iptables-save')
    .flatMap(({ text }) => readNftListing(text, family))
    .some((table) => table.family === own && table.tableName === name);
}

/** What the texts of a node leave open. */
export function assumptionsOf(texts: readonly ListingText[]): readonly string[] {
  const saves = texts.filter(({ kind }) => kind === 'iptables-save').map(({ text }) => text);
  return lacksLegacyTables(saves.join('\n')) ? [withoutLegacy] : [];
}

const withoutLegacy =
  'the tables of iptables-legacy, which the save mentions and does not have, are empty (else give what iptables-legacy-save prints besides)';

/** What of a text concerns the family. Throws as `readRuleset`. */
export function partsOf(text: string, family: Family): readonly ListingText[] {
  return byLanguage(text).filter(
    (part) => part.kind !== 'iptables-save' || savedFamilies(part.text).includes(family),
  );
}

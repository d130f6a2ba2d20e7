import type { NodeFacts } from '../../iptables/derive-iptables-options.ts';
import { readSavedTables } from '../../iptables/saved-rules.ts';
import type { Family } from '../../net/family.ts';
import { formatTable } from '../../nftables/table/format-table.ts';
import { emptyTable, type Table } from '../../nftables/table/table.ts';
import { desiredFor } from '../../render/desired-rules-of.ts';
import { desiredTable } from '../../render/desired-table.ts';
import { readPolicies, saveText } from '../../rules-text/iptables/save-text.ts';
import { withoutTables } from '../../rules-text/nft/without-tables.ts';
import type { ListingText } from '../../rules-text/split-listing.ts';
import { proxyRulesOf } from '../sides/read-listings.ts';
import type { ObjectsSide } from '../sides/sides.ts';
import { afterSync, withoutProxy } from './after-sync.ts';

/**
 * What a node's tools will print after a sync of these objects: the proxy's own rules as desired, without the rules
 * that another proxy or mode left behind, and all others as `before`.
 */
export function textsAfter(
  { loaded, config }: Pick<ObjectsSide, 'loaded' | 'config'>,
  before: readonly ListingText[],
  facts: NodeFacts,
  family: Family,
): readonly ListingText[] {
  const saves = before.filter(({ kind }) => kind === 'iptables-save').map(({ text }) => text);
  const others = before.filter(({ kind }) => kind !== 'iptables-save').flatMap(withoutProxyTables);
  if (config.mode === 'nftables') {
    const table = desiredTable(family, loaded, config, facts, tableBefore(before, family));
    const text = [...formatTable(table, { family })].join('');
    return [...saves.map(cleaned).map(asSave), ...others, { kind: 'nft', text }];
  }
  const own = saves.find((text) => text.includes('KUBE-SERVICES')) ?? saves[0] ?? '';
  const desired = desiredFor(family, loaded, config, facts);
  const synced = saveText(afterSync(readSavedTables(own), desired), readPolicies(own));
  const rest = saves.filter((text) => text !== own).map(cleaned);
  return [...[synced, ...rest].map(asSave), ...others];
}

function withoutProxyTables({ kind, text }: ListingText): readonly ListingText[] {
  const others = withoutTables(text, ({ family, name }) => /^ip6?$/.test(family) && proxyTables.has(name));
  return others === '' ? [] : [{ kind, text: others }];
}

const proxyTables: ReadonlySet<string> = new Set(['portolan', 'kube-proxy']);

/** The table as listed, so that endpoints keep their slots. */
function tableBefore(texts: readonly ListingText[], family: Family): Table {
  const listings = texts.filter(({ kind }) => kind !== 'iptables-save');
  const own = proxyRulesOf({ family, texts: listings }).find(({ dialect }) => dialect === 'nft portolan');
  return own !== undefined && 'table' in own ? own.table : emptyTable;
}

function cleaned(save: string): string {
  return saveText(withoutProxy(readSavedTables(save)), readPolicies(save));
}

function asSave(text: string): ListingText {
  return { kind: 'iptables-save', text };
}

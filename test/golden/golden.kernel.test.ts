import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { canonicalRule } from '../../src/iptables/canonical-rule.ts';
import { readSavedTables } from '../../src/iptables/saved-rules.ts';
import { type Family, families } from '../../src/net/family.ts';
import { readTable } from '../../src/nftables/table/read-table.ts';
import { iptablesVariants } from '../../src/rules-text/iptables/variants.ts';
import { caseNames, fixturesPath, goldenFile, renderCase } from '../support/golden/cases.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

const missing = labUnavailable();

describe.each(iptablesVariants)('a kernel that iptables-%s loads the golden files into', (variant) => {
  const unavailable = missing ?? iptablesUnavailable(variant);

  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

  describe.each(families)('for %s', (family) => {
    const tool = `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${variant}`;

    test.each(caseNames)('has the same chains and rules: %s', async (name) => {
      const golden = await readGolden(name, family);
      const saved = await loadAndSave(tool, golden);
      expect(meaning(saved)).toEqual(meaning(golden));
      expect(linesByTable(saved)).toEqual(linesByTable(golden));
    });
  });
});

describe('a kernel that nft loads the tables of the golden cases into', () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  describe.each(families)('for %s', (family) => {
    test.each(caseNames)('lists the same maps, sets, chains and rules: %s', async (name) => {
      const { rules } = await renderCase(name, 'nftables', family);
      const list = `nft -f - && nft list table ${family === 'IPv4' ? 'ip' : 'ip6'} portolan`;
      const { stdout } = await execa('unshare', ['--net', 'sh', '-c', list], { input: rules });
      expect(tableParts(stdout)).toEqual(tableParts(rules));
    });
  });
});

/** Elements and chains come in any order. */
function tableParts(text: string): unknown {
  const { sets, chains, elements } = readTable(text);
  return {
    sets: Object.fromEntries(sets),
    chains: Object.fromEntries(chains),
    elements: Object.fromEntries([...elements].map(([set, own]) => [set, Object.fromEntries(own)])),
  };
}

function readGolden(name: string, family: Family): Promise<string> {
  return readFile(join(fixturesPath, name, goldenFile.iptables[family]), 'utf8');
}

/** What iptables-save prints in a new network namespace that has these rules and no others. */
async function loadAndSave(tool: string, rules: string): Promise<string> {
  const load = '"$0-restore" --wait=30 && "$0-save"';
  const { stdout } = await execa('unshare', ['--net', 'sh', '-c', load, tool], { input: rules });
  return stdout;
}

/** Each table's chains, whatever their order, with their rules in order, each in the one form that syncs compare. */
function meaning(text: string): unknown {
  return withoutEmpty(
    [...readSavedTables(text)].map(([table, chains]) => [
      table,
      [...chains]
        .filter(([chain, rules]) => !isBaseChain(chain) || rules.length > 0)
        .map(([chain, rules]) => ({ chain, rules: rules.map(canonicalRule) }))
        .sort((a, b) => (a.chain < b.chain ? -1 : 1)),
    ]),
  );
}

/**
 * The lines of each table as they stand, but for those that the golden files leave out on purpose: remarks, and the
 * base chains' policies, which are not Portolan's.
 */
function linesByTable(text: string): unknown {
  return withoutEmpty(
    text.split(/^\*/m).map((section) => {
      const [table = '', ...lines] = section.split('\n');
      return [table, lines.filter(isPartOfGolden).map(withoutBareProtocolMatch)];
    }),
  );
}

function isPartOfGolden(line: string): boolean {
  if (line === '' || line === 'COMMIT' || line.startsWith('#')) return false;
  return !isBaseChain(/^:(\S+)/.exec(line)?.[1] ?? '');
}

/** Only some versions of iptables-nft print `-m tcp` where no option of it follows. */
function withoutBareProtocolMatch(line: string): string {
  return line.replace(/ -m (tcp|udp|sctp)(?= -j )/, '');
}

/** Base chains have the names of netfilter's hooks. */
function isBaseChain(chain: string): boolean {
  return /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/.test(chain);
}

/** iptables-legacy-save lists tables that nobody has used, too; and the order of tables means nothing. */
function withoutEmpty(tables: readonly (readonly [string, readonly unknown[]])[]): unknown {
  return Object.fromEntries(tables.filter(([, content]) => content.length > 0));
}

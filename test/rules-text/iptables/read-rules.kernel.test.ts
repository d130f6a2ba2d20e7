import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Family, families } from '../../../src/net/family.ts';
import { readIptablesRules } from '../../../src/rules-text/iptables/read-rules.ts';
import { type IptablesVariant, iptablesVariants } from '../../../src/rules-text/iptables/variants.ts';
import { iptablesUnavailable, labUnavailable } from '../../support/lab/unavailable.ts';
import { allRules, type PlacedRule, savedFile } from '../../support/trace/iptables/all-rules.ts';
import { type Specified, specification } from '../../support/trace/iptables/specification.ts';

const missing = labUnavailable();
const folder = join(import.meta.dirname, '../../../fixtures/rulesets');
const files = readdirSync(folder).flatMap((name) =>
  families.flatMap((family) => {
    const path = join(folder, name, savedFile[family]);
    return existsSync(path) ? [{ name, family, path }] : [];
  }),
);

describe.each(iptablesVariants)('a kernel that iptables-%s loads rules into', (variant) => {
  const unavailable = missing ?? iptablesUnavailable(variant);

  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

  test.each(files)('has the same rules as $name for $family', async ({ family, path }) => {
    const rules = withoutOtherTools(readFileSync(path, 'utf8'));
    const saved = await inNamespace(rules, '"$0-restore" --wait=30 && "$0-save"', toolOf(family, variant));
    expect(meaningOf(saved, family)).toEqual(meaningOf(rules, family));
  });

  describe('prints in its own words what means the same', () => {
    const rules = Object.values(specification).flat();
    let loaded = new Map<string, PlacedRule>();

    beforeAll(async () => {
      if (unavailable !== undefined) return;
      const saved = await inNamespace(scriptFor(rules, toolOf('IPv4', variant)), 'sh');
      loaded = new Map(allRules(saved, 'IPv4').map((rule) => [rule.chain, rule]));
    });

    test.each(rules.map((one, index) => ({ ...one, chain: `SPEC-${index}` })))('$rule', ({ chain, says }) => {
      expect(loaded.get(chain)?.statements).toEqual(says);
    });
  });
});

function toolOf(family: Family, variant: IptablesVariant): string {
  return `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${variant}`;
}

/** Sets of ipset and services of IPVS would have to be made first, by tools that are none of these. */
function withoutOtherTools(rules: string): string {
  return rules
    .split('\n')
    .filter((line) => !/ -m (?:set|ipvs) /.test(line))
    .join('\n');
}

async function inNamespace(input: string, script: string, ...names: readonly string[]): Promise<string> {
  const { stdout } = await execa('unshare', ['--net', 'sh', '-c', script, ...names], { input });
  return `${stdout}\n`;
}

/** Each rule alone in a chain, so that one which this kernel has no module for stands in no other's way. */
function scriptFor(rules: readonly Specified[], tool: string): string {
  const calls = rules.map(({ table, rule }, index) => {
    const lines = [
      `*${table}`,
      ':OTHER - [0:0]',
      `:SPEC-${index} - [0:0]`,
      `-A SPEC-${index} ${rule}`,
      'COMMIT',
    ];
    return `${tool}-restore --noflush --wait=30 <<'END'\n${lines.join('\n')}\nEND\n`;
  });
  return `${calls.join('')}${tool}-save\n`;
}

/** Tables and chains by name: tools print them in orders of their own. */
function meaningOf(text: string, family: Family): unknown {
  const rules = allRules(text, family).map(({ table, chain, comment, statements }) => ({
    at: `${table} ${chain}`,
    comment,
    statements,
  }));
  return {
    policies: readIptablesRules(text, { family })
      .flatMap(({ name, baseChains }) => baseChains.map((chain) => `${name} ${chain.name} ${chain.policy}`))
      .sort(),
    chains: Object.fromEntries(Map.groupBy(rules, ({ at }) => at)),
  };
}

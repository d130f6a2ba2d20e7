import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { families } from '../../../src/net/family.ts';
import { type NftTable, readNftListing } from '../../../src/rules-text/nft/read-listing.ts';
import type { Rule } from '../../../src/rules-text/rule.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../../support/conformance/shared.ts';
import { caseNames, goldenFile } from '../../support/golden/cases.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

function rulesOf(table: NftTable): readonly Rule[] {
  return table.chainNames.flatMap((name) => {
    const rules = table.chain(name);
    if (typeof rules === 'string') throw new Error(`chain ${name} of ${table.name} is ${rules}`);
    return rules;
  });
}

/** All that is unknown in the rules of a text, for packets of either family. */
function unknowns(text: string): readonly string[] {
  const found = new Set<string>();
  for (const family of families) {
    for (const table of readNftListing(text, family)) {
      for (const { statements } of rulesOf(table))
        JSON.stringify(statements, (_, value) => note(value, found));
    }
  }
  return [...found].sort();
}

function note(value: unknown, found: Set<string>): unknown {
  if (typeof value === 'bigint') return String(value);
  const isUnknown = typeof value === 'object' && value !== null && 'kind' in value && 'text' in value;
  if (isUnknown && String(value.kind).startsWith('unknown')) found.add(String(value.text));
  return value;
}

/** Every element of every set is found by its own key, as far as that is one of values. */
function expectElementsToBeFound(text: string): void {
  for (const family of families) {
    for (const table of readNftListing(text, family)) {
      for (const name of table.setNames) {
        const set = table.set(name);
        if (typeof set === 'string') throw new Error(`${name} is ${set}`);
        const elements = set.elements();
        expect(elements, name).not.toBe('unread');
        for (const element of elements === 'unread' ? [] : elements) {
          const key = element.key.flatMap((pattern) => (typeof pattern === 'object' ? [] : [pattern]));
          if (key.length === element.key.length) expect(set.find(key)).toEqual(element);
        }
      }
    }
  }
}

describe('the rules of this project', () => {
  test.each(caseNames)('for %s are known to the last word', (name) => {
    for (const file of Object.values(goldenFile.nftables)) {
      const text = readFileSync(`${fixtures}${name}/${file}`, 'utf8');
      expect(unknowns(text)).toEqual([]);
      expectElementsToBeFound(text);
    }
  });
});

const unavailable = sharedUnavailable();

describe('the rules of kube-proxy', () => {
  test.skipIf(unavailable !== undefined).each(sharedEntries('golden'))(
    'for %s are known to the last word',
    (name) => {
      for (const file of ['nft-ip.txt', 'nft-ip6.txt']) {
        const text = readFileSync(`${sharedPath}golden/${name}/${file}`, 'utf8');
        expect(readNftListing(text, file === 'nft-ip.txt' ? 'IPv4' : 'IPv6')).toHaveLength(1);
        expect(unknowns(text)).toEqual([]);
        expectElementsToBeFound(text);
      }
    },
  );

  test('are here', ({ skip }) => {
    skip(unavailable !== undefined, unavailable);
    expect(sharedEntries('golden').length).toBeGreaterThan(0);
  });

  test('in a flat table are known to the last word', ({ skip }) => {
    skip(unavailable !== undefined, unavailable);
    const text = readFileSync(`${sharedPath}flat-example.nft`, 'utf8');
    expect(unknowns(text)).toEqual([]);
    expectElementsToBeFound(text);
  });
});

describe('the rules of other programs', () => {
  /** What a packet does not say, and the rules do not either. */
  const expected: Readonly<Record<string, readonly string[]>> = {
    'nft-calico': ['fib saddr . mark . iif oif 0'],
    'nft-debian': [
      'icmp type echo-request',
      'limit rate 5/second',
      'limit rate over 5/minute burst 3 packets',
      'meta pkttype != host',
      'meta skuid 1000-1999',
      'tcp option maxseg size 1-535',
    ],
    'nft-docker': [],
    'nft-firewalld': ['fib saddr . mark . iif oif missing', 'icmpv6 type'],
    'nft-flannel': [],
    'nft-iptables-nft': ['xt match physdev', 'xt match recent'],
    'nft-kindnet': ['icmpv6 type', 'meta skuid 0', 'queue flags bypass to 100'],
    'nft-portmap': [],
  };
  const names = readdirSync(`${fixtures}rulesets`).filter((name) => name.startsWith('nft-'));

  test('are those that stand here', () => {
    expect(names.sort()).toEqual(Object.keys(expected));
  });

  test.each(names)('%s are known but for what they ask of others', (name) => {
    const text = readFileSync(`${fixtures}rulesets/${name}/ruleset.txt`, 'utf8');
    expect(unknowns(text)).toEqual(expected[name]);
    expectElementsToBeFound(text);
  });

  test('are left out where iptables-nft made them', () => {
    const text = readFileSync(`${fixtures}rulesets/nft-iptables-nft/ruleset.txt`, 'utf8');
    const tables = readNftListing(text, 'IPv4', { ofIptablesNft: new Set() });
    expect(tables.map(({ name }) => name)).toEqual([
      'nft ip cni_hostport',
      'nft inet cni_plugins_masquerade',
    ]);
  });
});

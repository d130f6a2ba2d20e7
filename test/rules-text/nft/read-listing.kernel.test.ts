import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Family, families } from '../../../src/net/family.ts';
import { GrowingTable } from '../../../src/rules-text/nft/growing-table.ts';
import { readNftListing } from '../../../src/rules-text/nft/read-listing.ts';
import type { Element, Scalar } from '../../../src/rules-text/rule.ts';
import type { RuleTable } from '../../../src/rules-text/ruleset.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../../support/conformance/shared.ts';
import { fixturesPath, renderCase } from '../../support/golden/cases.ts';
import { nftUnavailable } from '../../support/kernel/nft-namespace.ts';

const unavailable = await nftUnavailable();
const ways = ['list ruleset', '-a list ruleset', '-s list ruleset', '-j list ruleset', '-ja list ruleset'];
/** Numbers for all names: whatever is unknown has another text then. */
const numeric = ['-nn list ruleset', '-jnn list ruleset'];

/** What each call of nft prints in a new network namespace that has these rules. `undefined` where nft says that there is no such thing. */
async function ask(rules: string, calls: readonly string[]): Promise<readonly (string | undefined)[]> {
  const load = `ip link set lo up; nft -f - || exit 1`;
  const each = calls.map((call) => `nft ${call} 2>/dev/null || echo absent; echo ${border}`);
  const { stdout } = await execa('unshare', ['--net', 'sh', '-c', [load, ...each].join('\n')], {
    input: rules,
  });
  const answers = stdout.split(`${border}`).map((answer) => answer.trim());
  return answers.slice(0, calls.length).map((answer) => (answer === 'absent' ? undefined : answer));
}

const border = '=== next ===';

/** All that a listing says, but for the texts of rules: nft's JSON has none. */
function meaning(listing: string | undefined, family: Family): unknown {
  return readNftListing(listing ?? '', family).map((table) => ({
    name: table.name,
    baseChains: table.baseChains,
    chains: table.chainNames.map((name) => [name, rulesOf(table, name)]),
    sets: table.setNames.map((name) => [name, keyTypes(table.declaration(name)), elementsOf(table, name)]),
  }));
}

function rulesOf(table: RuleTable, chain: string): unknown {
  const rules = table.chain(chain);
  return typeof rules === 'string'
    ? rules
    : rules.map(({ statements, comment }) => ({ statements, comment }));
}

function keyTypes(declaration: unknown): unknown {
  return JSON.parse(JSON.stringify(declaration));
}

function elementsOf(table: RuleTable, set: string): readonly Element[] {
  const found = table.set(set);
  const elements = typeof found === 'string' ? found : found.elements();
  if (typeof elements === 'string') throw new Error(`${set} is ${elements}`);
  return [...elements];
}

async function expectOneMeaning(rules: string, calls: readonly string[]): Promise<void> {
  const [first, ...others] = await ask(rules, calls);
  for (const family of families) {
    const expected = meaning(first, family);
    for (const other of others) expect(meaning(other, family)).toEqual(expected);
  }
}

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

describe('text and JSON of a kernel say the same', () => {
  describe('of the rules of this project', () => {
    const names = [
      'affinity',
      'balance',
      'loadbalancer-source-ranges',
      'masquerade-bit-31',
      'nodeport-addresses-cidrs',
    ];

    test.each(names)('for %s', async (name) => {
      for (const family of families) {
        const { rules } = await renderCase(name, 'nftables', family);
        await expectOneMeaning(rules, [...ways, ...numeric]);
        expect(meaning(rules, family)).toHaveLength(1);
      }
    });
  });

  test.skipIf(sharedUnavailable() !== undefined).each(sharedEntries('golden'))(
    'of kube-proxy for %s',
    async (name) => {
      const files = ['nft-ip.txt', 'nft-ip6.txt'].map((file) =>
        readFileSync(`${sharedPath}golden/${name}/${file}`, 'utf8'),
      );
      await expectOneMeaning(files.join(''), [...ways, ...numeric]);
    },
  );

  describe('of the rules of other programs', () => {
    // Those of iptables-nft are made by it alone.
    const names = readdirSync(join(fixturesPath, 'rulesets')).filter((name) =>
      /^nft-(?!iptables)/.test(name),
    );

    test.each(names)('%s', async (name) => {
      const rules = readFileSync(join(fixturesPath, 'rulesets', name, 'ruleset.txt'), 'utf8');
      // Not every kernel has queues for packets.
      await expectOneMeaning(rules.replaceAll(/^.* queue .*\n/gm, ''), ways);
    });
  });

  test('and a listing reads as what made it', async () => {
    for (const name of ['nft-calico', 'nft-docker', 'nft-firewalld', 'nft-portmap']) {
      const rules = readFileSync(join(fixturesPath, 'rulesets', name, 'ruleset.txt'), 'utf8');
      const [listed] = await ask(rules, ['list ruleset']);
      for (const family of families) expect(meaning(listed, family)).toEqual(meaning(rules, family));
    }
  });
});

describe('a table that grows by what nft gets', () => {
  const rules = readFileSync(join(fixturesPath, 'rulesets', 'nft-debian', 'ruleset.txt'), 'utf8');
  const more = `
table ip more {
	map slots {
		typeof ip daddr . tcp dport . numgen random mod 65536 : ip daddr . tcp dport
		counter
		elements = { 10.96.0.1 . 80 . 0 : 10.244.1.7 . 8080, 10.96.0.1 . 80 . 1 : 10.244.1.8 . 8080 }
	}
	map services {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.0.1 . tcp . 80 comment "shop/web:http" : accept, 10.96.0.2 . 17 . 53 : drop }
	}
	map marks {
		type ifname : mark
		elements = { "lo" : 0x1, "cali12345" : 0x2 }
	}
}
`;
  const absentKeys: Readonly<Record<string, readonly Scalar[]>> = {
    slots: [1n, 80n, 0n],
    services: [1n, 6n, 80n],
    marks: ['eth7'],
    admins: [1n],
    flooders: [1n],
    ports: [82n],
    'by-port': [22n],
  };

  test('finds what a table that was read at once finds', async () => {
    const [text, terse] = await ask(rules + more, ['list ruleset', '-t list ruleset']);
    const whole = readNftListing(text ?? '', 'IPv4');
    const tables = readNftListing(terse ?? '', 'IPv4', { terse: true }).map(
      (table) => new GrowingTable(table),
    );
    const parts = whole.flatMap((table, at) =>
      table.setNames.flatMap((set) =>
        [...elementsOf(table, set).map(({ key }) => scalars(key)), absentKeys[set] ?? []].flatMap((key) => {
          const growing = tables[at];
          return growing === undefined || key.length === 0 ? [] : [{ table, growing, set, key }];
        }),
      ),
    );
    const answers = await ask(
      rules + more,
      parts.map(({ growing, ...part }) => `'${growing.command(part).join(' ')}'`),
    );
    for (const [at, { growing, ...part }] of parts.entries()) growing.learn(part, answers[at]);
    for (const { table, growing, set, key } of parts)
      expect(find(growing, set, key)).toEqual(find(table, set, key));
    expect(parts.length).toBeGreaterThan(10);
  });

  function scalars(key: Element['key']): readonly Scalar[] {
    const values = key.flatMap((pattern) => (typeof pattern === 'object' ? [] : [pattern]));
    return values.length === key.length ? values : [];
  }

  function find(table: RuleTable, set: string, key: readonly Scalar[]) {
    const found = table.set(set);
    return typeof found === 'string' ? found : found.find(key);
  }
});

import { describe, expect, test } from 'vitest';
import { readIptablesRules } from '../../../src/rules-text/iptables/read-rules.ts';
import { savedFamilies, savedFamily } from '../../../src/rules-text/iptables/save-remarks.ts';
import { SavedRulesError } from '../../../src/rules-text/rules-text-error.ts';
import type { RuleTable } from '../../../src/rules-text/ruleset.ts';

const family = 'IPv4';

describe('the tables of a save', () => {
  const declared = (table: string, chains: readonly string[]) =>
    `*${table}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}COMMIT\n`;

  // Priorities of linux/netfilter_ipv4.h; in nat those of the destination's translation and of the source's.
  test.each([
    [
      'raw',
      [
        ['PREROUTING', 'prerouting', 'filter', -300],
        ['OUTPUT', 'output', 'filter', -300],
      ],
    ],
    [
      'mangle',
      [
        ['PREROUTING', 'prerouting', 'filter', -150],
        ['INPUT', 'input', 'filter', -150],
        ['FORWARD', 'forward', 'filter', -150],
        ['OUTPUT', 'output', 'route', -150],
        ['POSTROUTING', 'postrouting', 'filter', -150],
      ],
    ],
    [
      'nat',
      [
        ['PREROUTING', 'prerouting', 'nat', -100],
        ['INPUT', 'input', 'nat', 100],
        ['OUTPUT', 'output', 'nat', -100],
        ['POSTROUTING', 'postrouting', 'nat', 100],
      ],
    ],
    [
      'filter',
      [
        ['INPUT', 'input', 'filter', 0],
        ['FORWARD', 'forward', 'filter', 0],
        ['OUTPUT', 'output', 'filter', 0],
      ],
    ],
    [
      'security',
      [
        ['INPUT', 'input', 'filter', 50],
        ['FORWARD', 'forward', 'filter', 50],
        ['OUTPUT', 'output', 'filter', 50],
      ],
    ],
  ] as const)('%s hangs in its hooks', (name, chains) => {
    const [table] = readIptablesRules(
      declared(
        name,
        chains.map(([chain]) => chain),
      ),
      { family },
    );
    expect(table?.baseChains).toEqual(
      chains.map(([chain, hook, type, priority]) => ({
        name: chain,
        hook,
        type,
        priority,
        policy: 'accept',
      })),
    );
  });

  test('have the policies of the save', () => {
    const [table] = read('*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\nCOMMIT\n');
    expect(table?.baseChains.map(({ name, policy }) => [name, policy])).toEqual([
      ['INPUT', 'drop'],
      ['FORWARD', 'accept'],
    ]);
  });

  test('have chains of their own, which may be empty, and no others', () => {
    const [table] = read('*nat\n:KUBE-SERVICES - [0:0]\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n');
    expect(table?.baseChains.map(({ name }) => name)).toEqual(['PREROUTING']);
    expect(table?.chain('KUBE-SERVICES')).toEqual([]);
    expect(table?.chain('KUBE-NODEPORTS')).toBe('absent');
    expect(table?.set('any')).toBe('absent');
  });

  test.each([
    [undefined, 'iptables nat'],
    ['nft', 'iptables-nft nat'],
    ['legacy', 'iptables-legacy nat'],
  ] as const)('are named by the variant: %s', (variant, name) => {
    const [table] = readIptablesRules('*nat\nCOMMIT\n', { family, variant });
    expect(table).toMatchObject({ name, language: 'iptables' });
  });

  test('of an empty save are none', () => {
    expect(read('')).toEqual([]);
    expect(read('# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n')).toEqual(
      [],
    );
  });
});

describe('the rules of a chain', () => {
  test('come in the order of the save, from wherever they stand in it', () => {
    const [table] = read(
      '*nat\n-A INPUT -j A\n:A - [0:0]\n-A A -p tcp\n-A INPUT -j B\n-A A -p udp\n:INPUT ACCEPT [0:0]\n:B - [0:0]\n-A A -p sctp\nCOMMIT\n',
    );
    expect(textsOf(table, 'A')).toEqual(['-A A -p tcp', '-A A -p udp', '-A A -p sctp']);
    expect(textsOf(table, 'INPUT')).toEqual(['-A INPUT -j A', '-A INPUT -j B']);
  });

  test('of a longer name are not those of a shorter one', () => {
    const [table] = read(
      '*nat\n:A - [0:0]\n:A-B - [0:0]\n-A A -p tcp\n-A A-B -p udp\n-A A\n-A A-B\nCOMMIT\n',
    );
    expect(textsOf(table, 'A')).toEqual(['-A A -p tcp', '-A A']);
    expect(textsOf(table, 'A-B')).toEqual(['-A A-B -p udp', '-A A-B']);
  });

  test('are the same with counters, blank lines, remarks and the line ends of DOS', () => {
    const lines = [
      '*nat',
      ':INPUT DROP [0:0]',
      ':A - [0:0]',
      '-A INPUT -j A',
      '-A A -p tcp',
      '-A A -p udp',
      'COMMIT',
      '',
    ];
    const plain = read(lines.join('\n'));
    const counted = read(
      lines
        .map((line) => (line.startsWith('-A') ? `[12:720] ${line}` : line))
        .flatMap((line) => [line, '', '# remark'])
        .join('\r\n'),
    );
    for (const chain of ['INPUT', 'A']) expect(counted[0]?.chain(chain)).toEqual(plain[0]?.chain(chain));
    expect(counted[0]?.baseChains).toEqual(plain[0]?.baseChains);
  });

  test('are read as they are asked for, once', () => {
    const [table] = read('*nat\n:A - [0:0]\n-A A -j ACCEPT\nCOMMIT\n');
    expect(table?.chain('A')).toBe(table?.chain('A'));
  });

  test('jump to a chain of their table, whatever its name; elsewhere nobody knows', () => {
    const [table] = read('*nat\n:A - [0:0]\n:LOG - [0:0]\n-A A -j LOG\n-A A -j MISSING\nCOMMIT\n');
    expect(table?.chain('A')).toMatchObject([
      { statements: [{ kind: 'verdict', verdict: { kind: 'jump', chain: 'LOG' } }] },
      { statements: [{ kind: 'unknown-statement', text: '-j MISSING' }] },
    ]);
  });
});

describe('a table that comes more than once', () => {
  test('is one table', () => {
    const tables = read(
      '*nat\n:A - [0:0]\n-A A -p tcp\nCOMMIT\n*filter\nCOMMIT\n*nat\n:B - [0:0]\n-A B -j A\n-A A -p udp\nCOMMIT\n',
    );
    expect(tables.map(({ name }) => name)).toEqual(['iptables nat', 'iptables filter']);
    expect(textsOf(tables[0], 'A')).toEqual(['-A A -p tcp', '-A A -p udp']);
    expect(textsOf(tables[0], 'B')).toEqual(['-A B -j A']);
  });

  // iptables-restore --noflush: the batches of a large sync declare the chains that they share again.
  test('empties the chains of its own that it declares again, but no built-in one', () => {
    const [table] = read(
      '*nat\n:A - [0:0]\n-A A -p tcp\n-A OUTPUT -j A\nCOMMIT\n*nat\n-A A -p udp\n:A - [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p udp\nCOMMIT\n',
    );
    expect(textsOf(table, 'A')).toEqual(['-A A -p udp']);
    expect(textsOf(table, 'OUTPUT')).toEqual(['-A OUTPUT -j A', '-A OUTPUT -p udp']);
  });
});

describe('a text of several saves', () => {
  const nft = '# Generated by iptables-save v1.8.9 (nf_tables) on Mon Mar  2 09:14:07 2026\n';
  const legacy = '# Generated by iptables-save v1.8.9 on Mon Mar  2 09:14:07 2026\n';
  const ofIPv6 = '# Generated by ip6tables-nft-save v1.8.9 (nf_tables) on Mon Mar  2 09:14:07 2026\n';
  const save = (rule: string) => `*nat\n-A OUTPUT ${rule}\nCOMMIT\n# Completed on Mon Mar  2 09:14:07 2026\n`;

  test('keeps both variants apart, for both are in force', () => {
    const tables = read(nft + save('-p tcp') + legacy + save('-p udp'));
    expect(tables.map((table) => [table.name, ...textsOf(table, 'OUTPUT')])).toEqual([
      ['iptables-nft nat', '-A OUTPUT -p tcp'],
      ['iptables-legacy nat', '-A OUTPUT -p udp'],
    ]);
  });

  test.each([
    ['IPv4', '-A OUTPUT -d 10.96.0.1'],
    ['IPv6', '-A OUTPUT -d fd00::1'],
  ] as const)('gives those of the family: %s', (wanted, rule) => {
    for (const text of [
      nft + save('-d 10.96.0.1') + ofIPv6 + save('-d fd00::1'),
      `# IPv4\n${save('-d 10.96.0.1')}# IPv6\n${save('-d fd00::1')}`,
    ])
      expect(readIptablesRules(text, { family: wanted }).map((table) => textsOf(table, 'OUTPUT'))).toEqual([
        [rule],
      ]);
  });

  test.each([
    [nft + save('-p tcp'), ['IPv4']],
    [ofIPv6 + save('-p tcp'), ['IPv6']],
    [`${nft}${ofIPv6}`, ['IPv4', 'IPv6']],
    ['# IPv4\n# IPv6\n', ['IPv4', 'IPv6']],
    [save('-d fd00::/8'), ['IPv6']],
    [save('-j REJECT --reject-with icmp6-port-unreachable'), ['IPv6']],
    [`[1:2] ${save('-s 10.0.0.1')}`, ['IPv4']],
    ['', ['IPv4']],
  ] as const)('%# says of which families it is', (text, wanted) => {
    expect(savedFamilies(text)).toEqual(wanted);
    expect(savedFamily(text)).toBe(wanted[0]);
  });
});

describe('what is no save is refused with the line', () => {
  test.each([
    ['a rule before any table', '# remark\n-A INPUT -j ACCEPT\n', 2, /no line \*TABLE before it/],
    ['what iptables -S prints', '-P INPUT ACCEPT\n-A INPUT -j ACCEPT\n', 1, /iptables -S does not/],
    ['a chain before any table', ':INPUT ACCEPT [0:0]\n', 1, /no line \*TABLE/],
    [
      'a rule of a chain that the table does not have',
      '*nat\n:A - [0:0]\n-A A -j B\n-A B -j ACCEPT\nCOMMIT\n',
      4,
      /chain B, which table nat does not have/,
    ],
    ['a built-in chain of another table', '*filter\n-A PREROUTING -j ACCEPT\nCOMMIT\n', 2, /PREROUTING/],
    [
      'a table of something else',
      '*broute\nCOMMIT\n',
      1,
      /\*broute is no table of iptables; those are raw, mangle, nat, filter, security/,
    ],
    [
      'a save that ends too early',
      '*nat\n:A - [0:0]\n-A A -j ACC',
      3,
      /table nat has no COMMIT; the save is cut off/,
    ],
    ['a table within a table', '*nat\n*filter\nCOMMIT\n', 2, /table nat has no COMMIT before \*filter/],
    ['COMMIT alone', 'COMMIT\n', 1, /no line \*TABLE/],
    ['a change', '*nat\n-D INPUT -j A\nCOMMIT\n', 2, /"-D INPUT -j A": a save has rules as -A CHAIN only/],
    ['other text', '*nat\n{"nftables": []}\n', 2, /"{"nftables": \[\]}" is no line of iptables-save/],
  ])('%s', (_, text, line, message) => {
    const error = errorOf(text);
    expect(error).toBeInstanceOf(SavedRulesError);
    expect(error).toMatchObject({ line, name: 'SavedRulesError' });
    expect(error?.message).toMatch(message);
    expect(error?.message).toMatch(new RegExp(`^line ${line}: `));
  });

  test('-N and -P declare chains, as iptables-restore takes them', () => {
    const [table] = read('*filter\n-P INPUT DROP\n-N A\n-A A -j ACCEPT\nCOMMIT\n');
    expect(table?.baseChains).toMatchObject([{ name: 'INPUT', policy: 'drop' }]);
    expect(textsOf(table, 'A')).toEqual(['-A A -j ACCEPT']);
  });
});

function read(text: string): readonly RuleTable[] {
  return readIptablesRules(text, { family });
}

function textsOf(table: RuleTable | undefined, chain: string): readonly string[] {
  const rules = table?.chain(chain);
  return typeof rules === 'object' ? rules.map(({ text }) => text) : [];
}

function errorOf(text: string): SavedRulesError | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    if (error instanceof SavedRulesError) return error;
    throw error;
  }
}

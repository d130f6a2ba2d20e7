import { describe, expect, test } from 'vitest';
import type { Family } from '../../../src/net/family.ts';
import { type ReadNftOptions, readNftListing } from '../../../src/rules-text/nft/read-listing.ts';
import { NotAListing } from '../../../src/rules-text/rules-text-error.ts';
import { accept, drop, ip, is, jump } from '../../support/trace/nftables/terms.ts';

/** Tables, each with lines of its own, as nft indents them. */
function listing(...tables: readonly (readonly [title: string, ...lines: readonly string[]])[]): string {
  return tables
    .map(([title, ...lines]) => `table ${title} {\n${lines.map((line) => `\t${line}\n`).join('')}}\n`)
    .join('');
}

function only(text: string, family: Family = 'IPv4', options?: ReadNftOptions) {
  const [table, ...others] = readNftListing(text, family, options);
  expect(others).toEqual([]);
  if (table === undefined) throw new Error('no table was read');
  return table;
}

describe('the tables of a listing', () => {
  const text = listing(
    ['ip kube-proxy'],
    ['ip6 kube-proxy'],
    ['inet filter'],
    ['bridge filter'],
    ['arp filter'],
    ['netdev x'],
  );

  test('are those that packets of the family pass', () => {
    expect(readNftListing(text, 'IPv4').map(({ name }) => name)).toEqual([
      'nft ip kube-proxy',
      'nft inet filter',
    ]);
    expect(readNftListing(text, 'IPv6').map(({ name }) => name)).toEqual([
      'nft ip6 kube-proxy',
      'nft inet filter',
    ]);
  });

  test('have the names that nft gives them', () => {
    const table = only(listing(['ip kube-proxy']));
    expect([table.language, table.family, table.tableName]).toEqual(['nftables', 'ip', 'kube-proxy']);
  });

  test('are none where there are no rules', () => {
    expect(readNftListing('', 'IPv4')).toEqual([]);
    expect(readNftListing('{"nftables": [{"metainfo": {"version": "1.0.6"}}]}', 'IPv4')).toEqual([]);
  });

  test('are read from a file that restores them, too', () => {
    const saved = `#!/usr/sbin/nft -f\nflush ruleset\ntable ip a\ndelete table ip a\n${listing(['ip a', 'chain c {', '\taccept', '}'])}`;
    expect(only(saved).chain('c')).toHaveLength(1);
  });

  test('may have an owner', () => {
    const text =
      'table inet firewalld { # progname firewalld\n\tflags owner,persist\n\n\tchain c {\n\t\taccept\n\t}\n}\n';
    expect(only(text)).toMatchObject({ name: 'nft inet firewalld', chainNames: ['c'] });
  });

  test('of which the text does not matter, other families may have any form', () => {
    const text = listing([
      'bridge b',
      'chain c {',
      '\ttype filter hook output priority out; policy accept;',
      '\tvlan id { 5, 6 } drop',
      '}',
    ]);
    expect(readNftListing(text, 'IPv4')).toEqual([]);
  });
});

describe('base chains', () => {
  const base = (line: string) =>
    only(listing(['inet t', 'chain c {', `\t${line}`, '\taccept', '}'])).baseChains[0];

  test.each([
    ['filter', 0],
    ['filter - 1', -1],
    ['filter + 10', 10],
    ['dstnat - 10', -110],
    ['srcnat', 100],
    ['mangle + 3', -147],
    ['raw', -300],
    ['security', 50],
    ['-110', -110],
    ['7', 7],
  ])('at priority %s come at %d', (priority, number) => {
    expect(base(`type filter hook prerouting priority ${priority}; policy accept;`)).toEqual({
      name: 'c',
      hook: 'prerouting',
      type: 'filter',
      priority: number,
      policy: 'accept',
    });
  });

  test('say what becomes of packets that they leave alone', () => {
    expect(base('type filter hook forward priority filter; policy drop;')?.policy).toBe('drop');
    expect(base('type nat hook output priority -100;')).toMatchObject({
      type: 'nat',
      hook: 'output',
      policy: 'accept',
    });
    expect(base('type route hook output priority mangle; policy accept;')?.type).toBe('route');
  });

  test('of devices are passed by no packet that is walked', () => {
    expect(base('type filter hook ingress device "eth0" priority -500; policy accept;')).toBeUndefined();
    expect(
      base('type filter hook ingress devices = { "eth0", lo } priority filter; policy accept;'),
    ).toBeUndefined();
  });

  test('may have a comment before and after', () => {
    expect(base('comment "first"\n\t\ttype filter hook input priority filter; policy accept;')?.hook).toBe(
      'input',
    );
  });

  test('of a table that sleeps are called by nobody', () => {
    const table = only(
      listing([
        'ip t',
        'flags dormant',
        '',
        'chain c {',
        '\ttype filter hook input priority filter; policy drop;',
        '}',
      ]),
    );
    expect(table.baseChains).toEqual([]);
    expect(table.chain('c')).toEqual([]);
  });

  test('of a priority that no nft has are an error', () => {
    expect(() => base('type filter hook input priority soon; policy accept;')).toThrow(NotAListing);
  });
});

describe('chains', () => {
  const table = only(
    listing([
      'ip t',
      'chain service-BPKTVXJ3-default/lb/tcp/https { # handle 3',
      '\tcomment "a { chain }"',
      '\tip daddr 192.0.2.1 accept comment "first" # handle 4',
      '\tct state new jump { # handle 7',
      '\t\tip saddr 192.0.2.2 jump {',
      '\t\t\tdrop # handle 9',
      '\t\t}',
      '\t\taccept',
      '\t}',
      '\tdrop',
      '}',
      '',
      'chain empty {',
      '}',
    ]),
  );
  const rulesOf = (name: string) => {
    const rules = table.chain(name);
    if (typeof rules === 'string') throw new Error(`${name} is ${rules}`);
    return rules;
  };

  test('have their rules in order, each with its text and comment', () => {
    const rules = rulesOf('service-BPKTVXJ3-default/lb/tcp/https');
    expect(rules.map(({ text }) => text)).toEqual([
      'ip daddr 192.0.2.1 accept comment "first"',
      'ct state new jump { ip saddr 192.0.2.2 jump { drop }; accept }',
      'drop',
    ]);
    expect(rules[0]).toMatchObject({
      comment: 'first',
      statements: [is('destination-address', ip(192, 0, 2, 1)), accept],
    });
  });

  test('within rules are chains like any', () => {
    const name = 'service-BPKTVXJ3-default/lb/tcp/https';
    const outer = `{block 1 of ${name}}`;
    const inner = `{block 2 of ${name}}`;
    expect(rulesOf(name)[1]?.statements.at(-1)).toEqual(jump(outer));
    expect(rulesOf(outer).map(({ statements }) => statements.at(-1))).toEqual([jump(inner), accept]);
    expect(rulesOf(inner).map(({ statements }) => statements)).toEqual([[drop]]);
  });

  test('may be empty, or not there', () => {
    expect(table.chain('empty')).toEqual([]);
    expect(table.chain('nowhere')).toBe('absent');
    expect(table.chainNames).toEqual(['service-BPKTVXJ3-default/lb/tcp/https', 'empty']);
  });
});

describe('a map that gives ranges', () => {
  const unknown = { kind: 'unknown', text: 'tcp dport map @m' };
  const rangeMap = { family: 'ip', table: 't', name: 'm', type: 'inet_service', map: 'ipv4_addr' };
  const addr = { map: { key: { payload: { protocol: 'tcp', field: 'dport' } }, data: '@m' } };
  const json = [
    { map: { ...rangeMap, elem: [[80, { range: ['10.0.0.1', '10.0.0.9'] }]] } },
    { rule: { family: 'ip', table: 't', chain: 'c', expr: [{ dnat: { family: 'ip', addr } }] } },
  ];
  const lines = [
    'map m {',
    '\ttype inet_service : interval ipv4_addr',
    '\telements = { 80 : 10.0.0.1-10.0.0.9 }',
    '}',
    '',
    'chain c {',
    '\tdnat ip to tcp dport map @m',
    '}',
  ];

  test.each([
    ['text', listing(['ip t', ...lines])],
    ['JSON', JSON.stringify({ nftables: json })],
  ])('leaves open where the packet goes, in %s', (_, text) => {
    const rules = only(text).chain('c');
    const nat = typeof rules === 'string' ? undefined : rules[0]?.statements.at(-1);
    expect(nat).toEqual({ kind: 'destination-nat', to: { address: unknown } });
  });
});

describe('what stands beside chains and sets', () => {
  test('is passed over', () => {
    const table = only(
      listing([
        'inet t',
        'comment "a table"',
        'counter c {',
        '\tcomment "x"',
        '\tpackets 1 bytes 2',
        '}',
        '',
        'ct helper ftp {',
        '\ttype "ftp" protocol tcp',
        '\tl3proto inet',
        '}',
        '',
        'flowtable f {',
        '\thook ingress priority filter',
        '\tdevices = { lo }',
        '}',
        '',
        'chain a {',
        '\taccept',
        '}',
      ]),
    );
    expect(table.chainNames).toEqual(['a']);
    expect(table.setNames).toEqual([]);
  });
});

describe('what a listing leaves out', () => {
  const text = listing([
    'ip t',
    'set s {',
    '\ttype ipv4_addr',
    '}',
    '',
    'chain c {',
    '\ttype filter hook input priority 0; policy accept;',
    '}',
  ]);

  test('nothing, unless it is said', () => {
    const table = only(text);
    expect(table.set('s')).toMatchObject({});
    expect(table.chain('c')).toEqual([]);
  });

  test('the elements, of nft -t', () => {
    const table = only(text, 'IPv4', { terse: true });
    expect(table.set('s')).toBe('unread');
    expect(table.set('nowhere')).toBe('absent');
    expect(table.declaration('s')).toMatchObject({ kind: 'set', name: 's', hasIntervals: false });
  });

  test('the rules, of nft list chains', () => {
    const table = only(text, 'IPv4', { withoutRules: true });
    expect(table.chain('c')).toBe('unread');
    expect(table.chain('nowhere')).toBe('absent');
    expect(table.baseChains).toHaveLength(1);
  });
});

describe('the tables of iptables-nft', () => {
  const builtIn = [
    'chain FORWARD {',
    '\ttype filter hook forward priority filter; policy accept;',
    '\tcounter packets 0 bytes 0 accept',
    '}',
  ];
  const names = (text: string) =>
    readNftListing(text, 'IPv4', { ofIptablesNft: new Set() }).map(({ name }) => name);

  test('are read like any', () => {
    expect(only(listing(['ip filter', ...builtIn])).chain('FORWARD')).toHaveLength(1);
  });

  test.each([
    ['by its chains', listing(['ip filter', ...builtIn]), []],
    [
      'by what nft says',
      `# Warning: table ip nat is managed by iptables-nft, do not touch!\n${listing(['ip nat', 'set s {', '\ttype ipv4_addr', '}'])}`,
      [],
    ],
    ['not where the name is another', listing(['ip mine', ...builtIn]), ['nft ip mine']],
    ['not where the family is another', listing(['inet filter', ...builtIn]), ['nft inet filter']],
    [
      'not where a chain has another name',
      listing(['ip filter', ...builtIn.map((line) => line.replace('FORWARD', 'forward'))]),
      ['nft ip filter'],
    ],
    [
      'not where a chain has another priority',
      listing(['ip filter', ...builtIn.map((line) => line.replace('priority filter', 'priority -1'))]),
      ['nft ip filter'],
    ],
    [
      'not where it has a set',
      listing(['ip filter', 'set s {', '\ttype ipv4_addr', '}', ...builtIn]),
      ['nft ip filter'],
    ],
  ])('are left out where asked: %s', (_, text, left) => {
    expect(names(text)).toEqual(left);
  });

  test('are known in JSON by what is of xtables', () => {
    const objects = [
      { table: { family: 'ip', name: 'nat' } },
      { chain: { family: 'ip', table: 'nat', name: 'mine', type: 'nat', hook: 'prerouting', prio: -90 } },
      {
        rule: { family: 'ip', table: 'nat', chain: 'mine', expr: [{ xt: { type: 'target', name: 'DNAT' } }] },
      },
    ];
    expect(names(JSON.stringify({ nftables: objects }))).toEqual([]);
    expect(names(JSON.stringify({ nftables: objects.slice(0, 2) }))).toEqual(['nft ip nat']);
  });
});

describe('a text that is no listing', () => {
  test.each<readonly [string, string, number, RegExp]>([
    [
      'of iptables-save',
      '# Generated by iptables-save\n*filter\n:INPUT ACCEPT [0:0]\n',
      2,
      /"\*filter" is no beginning of a table/,
    ],
    ['that is cut off in a chain', 'table ip t {\n\tchain c {\n\t\taccept\n', 3, /ends within chain c/],
    [
      'that is cut off in elements',
      'table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.1,\n',
      4,
      /within the elements of s/,
    ],
    ['that is cut off in a table', 'table ip t {\n\tchain c {\n\t}\n', 3, /ends within table ip t/],
    ['that nft did not write', 'table ip t {\n\tchain c { accept; }\n}\n', 2, /on lines of its own/],
    ['that is other JSON', '{"kind": "List"}', 1, /no list "nftables"/],
    ['that is broken JSON', '{"nftables": [\n{]}', 2, /JSON/],
  ])('%s is an error that names the line', (_, text, line, message) => {
    const read = () => readNftListing(text, 'IPv4');
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ name: 'NotAListing', line }));
  });
});

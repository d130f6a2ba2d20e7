import { describe, expect, test } from 'vitest';
import { type ListedPart, ListingReader, rulesIn } from '../../../src/rules-text/nft/listing-reader.ts';
import { readNftListing } from '../../../src/rules-text/nft/read-listing.ts';

function partsOf(text: string): readonly ListedPart[] {
  const reader = new ListingReader();
  return text.split('\n').flatMap((line) => reader.line(line) ?? []);
}

const listing = `table ip portolan { # handle 4
	comment "ours"
	flags owner

	map services { # handle 1
		type ipv4_addr . inet_proto . inet_service : verdict
		counter
		elements = { 10.96.0.1 . tcp . 443 counter packets 12 bytes 720 : goto a,
			     10.96.0.10 . udp . 53 comment "# handle 5, } too" : goto b }
	}

	set none {
		type ipv4_addr
	}

	counter c {
		packets 1 bytes 2
	}

	chain nat-output { # handle 5
		comment "a chain { of ours }"
		type nat hook output priority -100; policy accept;
		jump a # handle 6
		ct state new jump {
			drop
		} # handle 7
		accept comment "# handle 8"
	}
}
`;

test('a listing is told part by part, without remarks and what holds no rules', () => {
  expect(partsOf(listing)).toEqual([
    { kind: 'table', family: 'ip', name: 'portolan', isOfIptablesNft: false, isClosed: false },
    { kind: 'table-flags', text: 'flags owner' },
    { kind: 'map', name: 'services', isClosed: false },
    { kind: 'property', text: 'type ipv4_addr . inet_proto . inet_service : verdict' },
    { kind: 'property', text: 'counter' },
    {
      kind: 'elements',
      text: '10.96.0.1 . tcp . 443 counter packets 12 bytes 720 : goto a,',
      isLast: false,
    },
    {
      kind: 'elements',
      text: '10.96.0.10 . udp . 53 comment "# handle 5, } too" : goto b',
      isLast: true,
    },
    { kind: 'end', of: 'set' },
    { kind: 'set', name: 'none', isClosed: false },
    { kind: 'property', text: 'type ipv4_addr' },
    { kind: 'end', of: 'set' },
    { kind: 'chain', name: 'nat-output', isClosed: false },
    { kind: 'hook', text: 'type nat hook output priority -100; policy accept;' },
    { kind: 'rule', text: 'jump a', handle: '6' },
    { kind: 'rule', text: 'ct state new jump {\ndrop\n}', handle: '7' },
    { kind: 'rule', text: 'accept comment "# handle 8"' },
    { kind: 'end', of: 'chain' },
    { kind: 'end', of: 'table' },
  ]);
});

test.each([
  ['the line ends of DOS', listing.replaceAll('\n', '\r\n')],
  ['a byte order mark', `\uFEFF${listing}`],
  ['the indentation of a page that it was copied from', listing.replaceAll(/^/gm, '    ')],
  ['spaces in place of tabs', listing.replaceAll('\t', '  ')],
])('is the same with %s', (_, text) => expect(partsOf(text)).toEqual(partsOf(listing)));

describe('what nft writes to its standard error', () => {
  const rule = 'meta mark & 0x00002000 == 0x00002000 counter packets 179 bytes 12508 xt target "MASQUERADE"';
  const masquerading = (...lines: readonly string[]) =>
    ['table ip nat {', '\tchain POSTROUTING {', ...lines, '\t\taccept', '\t}', '}', ''].join('\n');

  test.each([
    [
      'in the middle of a line',
      masquerading(
        `\t\t${rule.replace('xt target', '# Warning: XT target MASQUERADE not found\nxt target')}`,
      ),
    ],
    [
      'twice in a rule',
      masquerading(
        `\t\t${rule
          .replace('counter', '# Warning: XT match mark not found\ncounter')
          .replace('xt target', '# Warning: XT target MASQUERADE not found\nxt target')} # handle 12`,
      ),
    ],
    ['on a line of its own', masquerading('# Warning: XT target MASQUERADE not found', `\t\t${rule}`)],
  ])('is left out %s', (_, text) => {
    const rules = partsOf(text).flatMap((part) => (part.kind === 'rule' ? [part.text] : []));
    expect(rules).toEqual([rule, 'accept']);
    const [table] = readNftListing(text, 'IPv4');
    expect(table?.chain('POSTROUTING')).toMatchObject([
      { statements: [{ kind: 'match' }, { kind: 'no-op' }, { kind: 'masquerade' }] },
      { statements: [{ kind: 'verdict' }] },
    ]);
  });

  test('says whose a table is', () => {
    const warning = '# Warning: table ip nat is managed by iptables-nft, do not touch!\n';
    const tables = partsOf(`${warning}table ip nat {\n}\ntable ip filter {\n}\n`).filter(
      ({ kind }) => kind === 'table',
    );
    expect(tables).toMatchObject([{ isOfIptablesNft: true }, { isOfIptablesNft: false }]);
  });
});

test.each([
  ['flush ruleset', undefined],
  ['add table ip t', undefined],
  ['nft add rule ip nat POSTROUTING masquerade', /is a command to nft; what it lists is needed/],
  ['add chain ip t c { type filter hook input priority 0; }', /is a command to nft/],
  ['Error: No such file or directory', /is what nft says of a failure/],
  ['netlink: Error: cache initialization failed: Operation not permitted', /is what nft says of a failure/],
  ['*nat', /"\*nat" is no beginning of a table/],
])('"%s" between tables is %s', (line, problem) => {
  const [part] = partsOf(line);
  if (problem === undefined) expect(part).toBeUndefined();
  else expect(part).toMatchObject({ kind: 'fault', problem: expect.stringMatching(problem) });
});

test('rules of a chain are read from what stands in its braces', () => {
  expect(
    rulesIn('type filter hook input priority 0; policy drop;\naccept # handle 3\n\njump {\ndrop\n}\n'),
  ).toEqual(['accept', 'jump {\ndrop\n}']);
});

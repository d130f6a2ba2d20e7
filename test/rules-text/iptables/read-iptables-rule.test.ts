import { describe, expect, test } from 'vitest';
import type { Family } from '../../../src/net/family.ts';
import { readIptablesRule } from '../../../src/rules-text/iptables/read-rules.ts';
import type { Statement } from '../../../src/rules-text/rule.ts';
import { specification } from '../../support/trace/iptables/specification.ts';
import {
  and,
  between,
  compares,
  field,
  hasBit,
  ip,
  isIn,
  isNotIn,
  never,
  unknown,
  value,
} from '../../support/trace/iptables/terms.ts';

describe.each(Object.entries(specification))('%s', (_, rules) => {
  test.each(rules.map((one) => [one.rule, one] as const))('%s', (_rule, { rule, says }) => {
    expect(statementsOf(rule)).toEqual(says);
  });
});

describe('rules of ip6tables', () => {
  const lastOf = (prefix: bigint, bits: bigint) => prefix + (1n << bits) - 1n;
  const pods = 0xfd00_0010_0244n << 80n;

  test.each<readonly [string, Statement | readonly Statement[]]>([
    ['-s fd00:10:244::5/128', isIn('source-address', pods + 5n)],
    ['! -d fd00:10:244::/56', isNotIn('destination-address', between(pods, lastOf(pods, 72n)))],
    ['-s ::/0', []],
    ['! -d ::1/128', isNotIn('destination-address', 1n)],
    [
      '-d fd00:10:244::7/ffff:ffff:ffff::ffff',
      compares(and(field('destination-address'), (0xffff_ffff_ffffn << 80n) + 0xffffn), '==', pods + 7n),
    ],
    ['-p ipv6-icmp -m icmp6 --icmpv6-type 129', [isIn('protocol', 58n), isIn('protocol', 58n)]],
    [
      '-j DNAT --to-destination fd00:10:244::5',
      { kind: 'destination-nat', to: { address: value(pods + 5n) } },
    ],
    [
      '-p tcp -j DNAT --to-destination [fd00:10:244::5]:8080',
      [
        isIn('protocol', 6n),
        { kind: 'destination-nat', to: { address: value(pods + 5n), port: value(8080n) } },
      ],
    ],
    [
      '-p tcp -j DNAT --to-destination [fd00:10:244::5-fd00:10:244::9]:80-81',
      [
        isIn('protocol', 6n),
        {
          kind: 'destination-nat',
          to: { addresses: between(pods + 5n, pods + 9n), ports: between(80n, 81n) },
        },
      ],
    ],
    [
      '-p tcp -j DNAT --to-destination :80',
      [isIn('protocol', 6n), { kind: 'destination-nat', to: { port: value(80n) } }],
    ],
    ['-j REJECT', { kind: 'reject', with: 'icmp6-port-unreachable' }],
    // No packet of a Service has extension headers.
    ['-m rt --rt-type 0', never],
    ['-m frag --fragfirst', never],
    ['-m ipv6header --header frag --soft', unknown('-m ipv6header --header frag --soft')],
    // Types are asked for one by one, and the node's own addresses are UNICAST too (xt_addrtype).
    ['-m addrtype --dst-type LOCAL', isIn('destination-address-type', 2n)],
    ['-m addrtype --dst-type UNICAST', isNotIn('destination-address-type', 5n, 0n)],
    ['-m addrtype ! --dst-type UNICAST', isIn('destination-address-type', 5n, 0n)],
    [
      '-m addrtype --src-type UNICAST,LOCAL',
      [isIn('source-address-type', 2n), isNotIn('source-address-type', 5n, 0n)],
    ],
    ['-m addrtype ! --src-type UNICAST,LOCAL', unknown('-m addrtype ! --src-type UNICAST,LOCAL')],
  ])('%s', (rule, says) => {
    expect(statementsOf(rule, 'IPv6')).toEqual('kind' in says ? [says] : says);
  });

  test('remember whole addresses where the mask has all bits', () => {
    const [statement] = statementsOf(
      '-m recent --rcheck --name WEB --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource',
      'IPv6',
    );
    expect(statement).toMatchObject({ kind: 'recent', list: 'WEB' });
  });
});

describe('other ways of writing', () => {
  test.each([
    [
      'the ! behind the option, as iptables 1.4 had it',
      '-s ! 10.0.0.0/8 -p tcp --dport ! 80',
      '! -s 10.0.0.0/8 -p tcp ! --dport 80',
    ],
    ['= before the value', '-p tcp --dport=80', '-p tcp --dport 80'],
    [
      'long names of options',
      '--protocol udp --source-port 1 --in-interface eth0 --jump ACCEPT',
      '-p udp --sport 1 -i eth0 -j ACCEPT',
    ],
    ['names of protocols in capitals', '-p TCP', '-p tcp'],
    [
      'several matches before the options of the first',
      '-m tcp -p tcp -m comment --comment x --dport 80',
      '-p tcp --dport 80',
    ],
    [
      'options of a target behind a match',
      '-j DNAT -m comment --comment x -p tcp --to-destination 10.0.0.1:80',
      '-p tcp -j DNAT --to-destination 10.0.0.1:80',
    ],
    ['counters in the rule', '-p tcp -c 12 720 -j ACCEPT', '-p tcp -j ACCEPT'],
    ['the family that it is', '-4 -p tcp', '-p tcp'],
    ['the bits of conntrack in small letters', '-m conntrack --ctstate new', '-m conntrack --ctstate NEW'],
    ['numbers of base 8', '-m mark --mark 010', '-m mark --mark 8'],
    ['blanks, tabs and the end of a line of DOS', '  -p   tcp\t-j ACCEPT \r', '-p tcp -j ACCEPT'],
  ])('%s', (_, one, other) => {
    expect(statementsOf(one)).toEqual(statementsOf(other));
    expect(statementsOf(one).map(({ kind }) => kind)).not.toContain('unknown-match');
  });

  test.each([
    ['! -s 0.0.0.0/0', [never]],
    ['! -o +', [never]],
    ['-p tcp ! --sport :1023', [isIn('protocol', 6n), isNotIn('source-port', between(0n, 1023n))]],
    ['-p ipv4', [isIn('protocol', 4n)]],
  ])('what only one variant takes, or prints as it is: %s', (rule, says) => {
    expect(statementsOf(rule)).toEqual(says);
  });

  test('several addresses with commas between them', () => {
    expect(statementsOf('-s 192.0.2.7,10.0.0.0/8')).toEqual([
      isIn('source-address', ip(192, 0, 2, 7), between(ip(10, 0, 0, 0), ip(10, 255, 255, 255))),
    ]);
  });

  test('a rule of the other family matches nothing', () => {
    expect(statementsOf('-6 -j ACCEPT')[0]).toEqual(never);
  });
});

describe('the text and the comment of a rule', () => {
  test('are those of the save, without counters', () => {
    const rule = readIptablesRule('[12:720] -A INPUT -m comment --comment "cluster IP" -j ACCEPT', 'IPv4');
    expect(rule.text).toBe('-A INPUT -m comment --comment "cluster IP" -j ACCEPT');
    expect(rule.comment).toBe('cluster IP');
  });

  test.each([
    [
      'a quote and a backslash',
      String.raw`-m comment --comment "name: \"cbr0\" \\ it\'s"`,
      String.raw`name: "cbr0" \ it's`,
    ],
    ['what looks like an option', '-m comment --comment "-j DROP" -j ACCEPT', '-j DROP'],
    ['an unquoted word that looks like an option', '-m comment --comment -j -j ACCEPT', '-j'],
    ['an exclamation mark', '-m comment --comment "!" -j ACCEPT', '!'],
    ['nothing', '-m comment --comment "" -j ACCEPT', ''],
    [
      'two comments',
      '-m comment --comment "cali:abc" -m comment --comment "Drop it" -j DROP',
      'cali:abc Drop it',
    ],
    ['a quote that nothing closes', '-j ACCEPT -m comment --comment "to the end', 'to the end'],
  ])('%s', (_, rule, comment) => {
    const read = readIptablesRule(`-A CHAIN ${rule}`, 'IPv4');
    expect(read.comment).toBe(comment);
    expect(read.statements.every(({ kind }) => kind === 'verdict')).toBe(true);
  });
});

describe('what cannot be read is unknown, never left out', () => {
  test.each([
    ['a match nobody knows', '-m quantum --spin up ! --charm -j ACCEPT', '-m quantum --spin up ! --charm'],
    ['an option nobody knows', '-p tcp -m tcp --sparkle 5', '-m tcp --sparkle 5'],
    ['the name of a host', '-s gateway.example', '-s gateway.example'],
    ['an address of the other family', '-d fd00::1', '-d fd00::1'],
    ['a mask that is too long', '-d 10.0.0.0/33', '-d 10.0.0.0/33'],
    ['the name of a port', '-p tcp --dport http', '-m tcp --dport http'],
    ['a port that is too large', '-p tcp --dport 65536', '-m tcp --dport 65536'],
    ['a range from high to low', '-p udp --dport 9:1', '-m udp --dport 9:1'],
    ['a protocol nobody knows', '-p quic', '-p quic'],
    ['a state nobody knows', '-m conntrack --ctstate NEW,BORED', '-m conntrack --ctstate NEW,BORED'],
    ['a mark of more than 32 bits', '-m mark --mark 0x100000000', '-m mark --mark 0x100000000'],
    [
      'a part that is more than all',
      '-m statistic --mode random --probability 1.5',
      '-m statistic --mode random --probability 1.5',
    ],
    ['a value too many', '-p tcp --dport 80 81', '-m tcp --dport 80 81'],
    ['a value too few', '-m mark --mark', '-m mark --mark'],
    ['words that belong to nothing', 'hello world -j ACCEPT', 'hello world'],
    ['a ! that negates nothing', '-j ACCEPT !', '!'],
    ['a second target', '-j ACCEPT -j DROP', '-j DROP'],
  ])('%s', (_, rule, text) => {
    expect(statementsOf(rule)).toContainEqual(unknown(text));
  });

  test.each([
    ['a target nobody knows', '-j FROBNICATE --speed 3', '-j FROBNICATE --speed 3'],
    ['an option of a target that it does not have', '-j MARK --set-colour red', '-j MARK --set-colour red'],
    ['a translation to something else', '-j DNAT --to-destination here', '-j DNAT --to-destination here'],
    ['a verdict with options', '-j ACCEPT --quickly', '-j ACCEPT --quickly'],
    ['a target without a name', '-j', '-j '],
  ])('%s', (_, rule, text) => {
    expect(statementsOf(rule)).toEqual([{ kind: 'unknown-statement', text }]);
  });

  test('and what is known beside it still counts', () => {
    expect(statementsOf('-m conntrack --ctstate NEW --ctmood good')).toEqual([
      hasBit(field('ct-state'), 8n),
      unknown('-m conntrack --ctmood good'),
    ]);
  });
});

function statementsOf(rule: string, family: Family = 'IPv4'): readonly Statement[] {
  return readIptablesRule(`-A CHAIN ${rule}`, family).statements;
}

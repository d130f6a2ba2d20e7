import { execa } from 'execa';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Family, families } from '../../src/net/family.ts';
import { readAddress } from '../../src/net/numbers.ts';
import { readIptablesRule } from '../../src/rules-text/iptables/read-rules.ts';
import { type IptablesVariant, iptablesVariants } from '../../src/rules-text/iptables/variants.ts';
import type { Field, Rule, Scalar } from '../../src/rules-text/rule.ts';
import type { Environment } from '../../src/trace/rule/environment.ts';
import { evaluate } from '../../src/trace/rule/evaluate.ts';
import { holds } from '../../src/trace/rule/holds.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import {
  anyMarkTarget,
  anyMatch,
  connectionMark,
  destinationPort,
  mark,
  originalPort,
  outputInterface,
  sent,
  sourcePort,
} from '../support/trace/iptables/any-match.ts';

/** A packet is sent past rules that only count, and the kernel's counters say which of them match. */

const missing = labUnavailable();
const packets = families.flatMap((family) =>
  (['udp', 'tcp'] as const).flatMap((protocol) =>
    ([true, false] as const).map((isTracked) => ({ family, protocol, isTracked })),
  ),
);

describe.each(iptablesVariants)('what iptables-%s counts', (variant) => {
  const unavailable = missing ?? iptablesUnavailable(variant);

  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

  test.each(packets)(
    'is what the rules say of a packet: $family $protocol, tracked: $isTracked',
    async (packet) => {
      const some = fc.array(anyMatch(packet), { minLength: 1, maxLength: 150, size: 'max' });
      await fc.assert(
        fc.asyncProperty(some, async (matches) => {
          const counted = await countedRules('filter', matches, packet, variant);
          expect(counted).toHaveLength(matches.length);
          const fields = fieldsOf(packet);
          const wrong = counted.filter(({ rule, matched }) => says(rule, fields) === !matched);
          expect(wrong.map(({ rule, matched }) => [rule.text, matched])).toEqual([]);
        }),
        { numRuns: 3, endOnFailure: true },
      );
    },
  );

  test('are the marks that the rules set, one after another', async () => {
    const packet = { family: 'IPv4', protocol: 'udp', isTracked: true } as const;
    await fc.assert(
      fc.asyncProperty(fc.array(anyMarkTarget, { maxLength: 100, size: 'max' }), async (targets) => {
        let marks: Marks = { mark, 'ct-mark': connectionMark };
        const rules = targets.flatMap((target) => {
          marks = marksAfter(target, marks);
          return [target, `-m mark --mark ${marks.mark} -m connmark --mark ${marks['ct-mark']}`];
        });
        const counted = await countedRules('mangle', rules, packet, variant);
        expect(counted.filter(({ matched }) => !matched).map(({ rule }) => rule.text)).toEqual([]);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

/** The first packet of a connection of the node's own. */
interface Packet {
  readonly family: Family;
  readonly protocol: 'tcp' | 'udp';
  readonly isTracked: boolean;
}

interface Marks {
  readonly mark: bigint;
  readonly 'ct-mark': bigint;
}

interface CountedRule {
  readonly rule: Rule;
  readonly matched: boolean;
}

/** Sends the packet past these rules, which stand in a chain of the table, in a network namespace of their own. */
async function countedRules(
  table: 'mangle' | 'filter',
  rules: readonly string[],
  packet: Packet,
  variant: IptablesVariant,
): Promise<readonly CountedRule[]> {
  const { family, protocol } = packet;
  const { source, original } = sent[family];
  const ip = family === 'IPv4' ? '-4' : '-6';
  const tool = `${family === 'IPv4' ? 'iptables' : 'ip6tables'}-${variant}`;
  const script = [
    `ip link add ${outputInterface} type veth peer name wire`,
    'ip link set wire up',
    `ip link set ${outputInterface} up`,
    `ip address add ${source}/${family === 'IPv4' ? 24 : '64 nodad'} dev ${outputInterface}`,
    // The kernel makes an IPv6 address usable behind the back of the command, even with nodad.
    `until ip ${ip} route show table local | grep -q 'local ${source} '; do :; done`,
    `ip ${ip} route add default dev ${outputInterface}`,
    `${tool}-restore --noflush --wait=30`,
    `"$0" -e "$1" ${protocol} ${source} ${original}`,
    `${tool}-save --counters --table ${table}`,
  ].join(' && ');
  const input = [...preparation(packet), ...counting(table, rules, protocol)].join('\n');
  const { stdout } = await execa('unshare', ['--net', 'sh', '-c', script, process.execPath, send], { input });
  return Array.from(stdout.matchAll(/^\[(\d+):\d+\] -A COUNT .*$/gm), ([line, count]) => ({
    rule: readIptablesRule(line, family),
    matched: count !== '0',
  }));
}

/** Marks and translates the packet; where conntrack is left out it can do neither for the connection. */
function preparation({ family, protocol, isTracked }: Packet): readonly string[] {
  const { destination, original } = sent[family];
  const to = family === 'IPv4' ? destination : `[${destination}]`;
  const ofPacket = `-p ${protocol} --sport ${sourcePort}`;
  return [
    ...(isTracked ? [] : ['*raw', `-A OUTPUT ${ofPacket} -j CT --notrack`, 'COMMIT']),
    '*mangle',
    `-A OUTPUT ${ofPacket} -j MARK --set-mark ${mark}`,
    `-A OUTPUT ${ofPacket} -j CONNMARK --set-mark ${connectionMark}`,
    'COMMIT',
    '*nat',
    `-A OUTPUT -d ${original} ${ofPacket} -j DNAT --to-destination ${to}:${destinationPort}`,
    'COMMIT',
  ];
}

/** In the same table as what prepares the packet the chain comes after it. */
function counting(table: string, rules: readonly string[], protocol: string): readonly string[] {
  const lines = rules.map((rule) => `-A COUNT ${rule}`);
  return [
    `*${table}`,
    ':COUNT - [0:0]',
    `-A OUTPUT -p ${protocol} --sport ${sourcePort} -j COUNT`,
    ...lines,
    'COMMIT',
    '',
  ];
}

/** Sends one packet, and waits for no answer. */
const send = `
  const [protocol, source, destination] = process.argv.slice(1);
  if (protocol === 'udp') {
    const socket = require('node:dgram').createSocket(source.includes(':') ? 'udp6' : 'udp4');
    socket.bind(${sourcePort}, source, () => socket.send('x', ${originalPort}, destination, () => socket.close()));
  } else {
    const socket = require('node:net').connect({
      host: destination, port: ${originalPort}, localAddress: source, localPort: ${sourcePort},
    });
    socket.on('error', () => {});
    setImmediate(() => socket.destroy());
  }
`;

type Fields = Readonly<Partial<Record<Field, Scalar>>>;

/** Whether all that the rule asks holds for the packet; `undefined` where the rest depends on what is unknown. */
function says(rule: Rule, fields: Fields): boolean | undefined {
  const known = rule.statements.filter(({ kind }) => kind !== 'unknown-match');
  const holdsSoFar = known.every((statement) => {
    if (statement.kind !== 'match') throw new Error(`${rule.text}: ${statement.kind}`);
    return holds(statement.value, statement.test, environmentOf(fields));
  });
  return holdsSoFar && known.length < rule.statements.length ? undefined : holdsSoFar;
}

function marksAfter(target: string, marks: Marks): Marks {
  const [statement, ...rest] = readIptablesRule(`-A COUNT ${target}`, 'IPv4').statements;
  if (statement?.kind !== 'assign' || rest.length > 0) throw new Error(`${target}: ${statement?.kind}`);
  const evaluated = evaluate(statement.value, environmentOf({ ...marks }));
  if (evaluated.kind !== 'known' || typeof evaluated.value !== 'bigint') throw new Error(target);
  return { ...marks, [statement.field]: evaluated.value };
}

function environmentOf(fields: Fields): Environment {
  return {
    field: (field) => {
      const value = fields[field];
      return value === undefined ? { kind: 'none' } : { kind: 'known', value };
    },
    findNamed: (_, keys) => keys.map(() => 'absent'),
    choose: () => 0,
    known: () => undefined,
    ask: () => false,
  };
}

/** The packet as it is in filter OUTPUT. */
function fieldsOf({ family, protocol, isTracked }: Packet): Fields {
  const number = (text: string) => readAddress(text, family) ?? 0n;
  const { source, destination, original } = sent[family];
  return {
    'source-address': number(source),
    'destination-address': number(isTracked ? destination : original),
    'source-port': BigInt(sourcePort),
    'destination-port': BigInt(isTracked ? destinationPort : originalPort),
    protocol: protocol === 'tcp' ? 6n : 17n,
    mark,
    'ct-state': isTracked ? 8n : 64n,
    'ct-status': isTracked ? 32n : 0n,
    'output-interface': outputInterface,
    'source-address-type': 2n,
    'destination-address-type': 1n,
    'tcp-flags': 2n,
    ...(isTracked && {
      'ct-mark': connectionMark,
      'ct-direction': 0n,
      'ct-original-source-address': number(source),
      'ct-original-destination-address': number(original),
      'ct-original-source-port': BigInt(sourcePort),
      'ct-original-destination-port': BigInt(originalPort),
    }),
  };
}

import fc from 'fast-check';
import type { Family } from '../../../../src/net/family.ts';

/** Random matches and marks as people write them; of the matches many hold for one packet. */

/** The packet in filter OUTPUT, after its destination has been translated. */
export const sent = {
  IPv4: {
    source: '192.0.2.1',
    destination: '192.0.2.9',
    original: '198.51.100.7',
    other: '203.0.113.77',
    bits: 32,
  },
  IPv6: {
    source: 'fd00:2::1',
    destination: 'fd00:2::9',
    original: 'fd00:51::7',
    other: 'fd00:113::77',
    bits: 128,
  },
} as const;

export const sourcePort = 40_000;
export const originalPort = 53;
export const destinationPort = 8_080;
export const outputInterface = 'wan0';
export const mark = 0x4321n;
export const connectionMark = 0x65n;

/** Options of one rule, without a target. */
export function anyMatch({
  family,
  protocol,
}: {
  readonly family: Family;
  readonly protocol: 'tcp' | 'udp';
}): fc.Arbitrary<string> {
  const some = [
    ...packetOptions(family),
    ...conntrackOptions(family).map((options) => options.map((text) => `-m conntrack ${text}`)),
    stateList.map((list) => `-m state --state ${list}`),
    markOption('mark', mark),
    markOption('connmark', connectionMark),
    addressType(family),
    addressRange(family),
    fc.oneof(ports(protocol), maybeNot('-p', fc.constantFrom(protocol, 'sctp', '112'))),
  ];
  return fc
    .shuffledSubarray(
      some.map((_, index) => index),
      { minLength: 1, maxLength: 4 },
    )
    .chain((chosen) => fc.tuple(...chosen.map((index) => some[index] ?? fc.constant(''))))
    .map((texts) => texts.join(' '));
}

const negation = fc.constantFrom('', '! ');

function maybeNot(name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(negation, value).map(([not, text]) => `${not}${name} ${text}`);
}

function addressOf(family: Family): fc.Arbitrary<string> {
  const { source, destination, original, other } = sent[family];
  return fc.constantFrom(source, destination, original, other);
}

/** A prefix of any length but none, or a mask with a hole: iptables-nft refuses the negation of everything. */
function networkOf(family: Family): fc.Arbitrary<string> {
  const withHole = family === 'IPv4' ? '255.0.255.0' : 'ffff::ffff';
  const length = fc.oneof(
    fc.constantFrom(sent[family].bits, withHole),
    fc.integer({ min: 1, max: sent[family].bits }),
  );
  return fc.tuple(addressOf(family), length).map((parts) => parts.join('/'));
}

function packetOptions(family: Family): readonly fc.Arbitrary<string>[] {
  return [
    maybeNot('-s', networkOf(family)),
    maybeNot('-d', networkOf(family)),
    maybeNot('-o', fc.constantFrom(outputInterface, 'wan+', 'eth0', 'w+', 'wan')),
  ];
}

function portOf(near: number): fc.Arbitrary<string> {
  const one = fc.constantFrom(near, near - 1, near + 1, 1, 65_535);
  return fc.oneof(
    one.map(String),
    fc
      .uniqueArray(one, { minLength: 2, maxLength: 2 })
      .map((both) => both.toSorted((a, b) => a - b).join(':')),
  );
}

function ports(protocol: 'tcp' | 'udp'): fc.Arbitrary<string> {
  const list = (near: number) => fc.uniqueArray(portOf(near), { minLength: 1, maxLength: 3 }).map(String);
  const own = fc.oneof(maybeNot('--sport', portOf(sourcePort)), maybeNot('--dport', portOf(destinationPort)));
  const multi = fc.oneof(
    maybeNot('--sports', list(sourcePort)),
    maybeNot('--dports', list(destinationPort)),
    maybeNot('--ports', fc.oneof(list(sourcePort), list(destinationPort))),
  );
  const flags = fc.subarray(['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'], { minLength: 1 }).map(String);
  const tcp = fc.oneof(
    maybeNot(
      '--tcp-flags',
      fc.tuple(flags, fc.oneof(flags, fc.constant('NONE'))).map((two) => two.join(' ')),
    ),
    fc.constantFrom('--syn', '! --syn'),
  );
  return fc
    .oneof(
      own.map((text) => `-m ${protocol} ${text}`),
      multi.map((text) => `-m multiport ${text}`),
      ...(protocol === 'tcp' ? [tcp.map((text) => `-m tcp ${text}`)] : []),
    )
    .map((text) => `-p ${protocol} ${text}`);
}

const stateList = fc
  .subarray(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'], { minLength: 1 })
  .map(String);

function conntrackOptions(family: Family): readonly fc.Arbitrary<string[]>[] {
  const virtual = fc.subarray(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'SNAT', 'DNAT'], {
    minLength: 1,
  });
  const options = [
    maybeNot('--ctstate', virtual.map(String)),
    maybeNot(
      '--ctstatus',
      fc.subarray(['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'], { minLength: 1 }).map(String),
    ),
    fc.constantFrom('--ctdir ORIGINAL', '--ctdir REPLY'),
    maybeNot('--ctproto', fc.constantFrom('tcp', 'udp', 'sctp')),
    maybeNot('--ctorigsrc', networkOf(family)),
    maybeNot('--ctorigdst', networkOf(family)),
    maybeNot('--ctorigsrcport', portOf(sourcePort)),
    maybeNot('--ctorigdstport', portOf(originalPort)),
  ];
  const several = fc
    .subarray(options, { minLength: 1, maxLength: 3 })
    .chain((chosen) => fc.tuple(...chosen))
    .map((texts) => [texts.join(' ')]);
  return [several];
}

function markOption(match: 'mark' | 'connmark', near: bigint): fc.Arbitrary<string> {
  const masks = fc.constantFrom(0xffffffffn, 0xffn, 0xf000n, 1n, 0n);
  return maybeNot(
    '--mark',
    fc.tuple(masks, fc.constantFrom(near, 0n, 0x20n)).map(([mask, value]) => `${value & mask}/${mask}`),
  ).map((text) => `-m ${match} ${text}`);
}

/** The types that the kernel knows for the family (addrtype_mt_checkentry_v1). */
function addressType(family: Family): fc.Arbitrary<string> {
  const types =
    family === 'IPv4'
      ? ['UNICAST', 'LOCAL', 'BROADCAST', 'MULTICAST', 'BLACKHOLE']
      : ['UNICAST', 'LOCAL', 'MULTICAST', 'UNSPEC'];
  return (
    fc
      .tuple(fc.constantFrom('--src-type', '--dst-type'), fc.subarray(types, { minLength: 1 }), negation)
      // Of several types of IPv6 all must hold: the negation of that is unknown to the reader.
      .filter(([, chosen, not]) => family === 'IPv4' || chosen.length === 1 || not === '')
      .map(([option, chosen, not]) => `-m addrtype ${not}${option} ${chosen}`)
  );
}

function addressRange(family: Family): fc.Arbitrary<string> {
  const { source, destination, other } = sent[family];
  return fc
    .oneof(
      maybeNot('--src-range', fc.constantFrom(`${source}-${destination}`, `${other}-${other}`)),
      maybeNot('--dst-range', fc.constantFrom(`${source}-${destination}`, `${source}-${source}`)),
    )
    .map((text) => `-m iprange ${text}`);
}

const number32 = fc.nat({ max: 0xffff }).map((number) => `0x${(number * 0x10001).toString(16)}`);
const masked = fc.tuple(number32, number32).map((both) => both.join('/'));

/** A target that sets a mark of the packet or of its connection. */
export const anyMarkTarget: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('MARK', 'CONNMARK'),
      fc.oneof(
        fc.tuple(fc.constantFrom('--set-xmark', '--set-mark'), fc.oneof(masked, number32)),
        fc.tuple(fc.constantFrom('--and-mark', '--or-mark', '--xor-mark'), number32),
      ),
    )
    .map(([target, option]) => `-j ${target} ${option.join(' ')}`),
  fc
    .tuple(
      fc.constantFrom('--save-mark', '--restore-mark'),
      fc.oneof(
        fc.constant(''),
        number32.map((mask) => `--mask ${mask}`),
        fc.tuple(number32, number32).map(([ours, theirs]) => `--nfmask ${ours} --ctmask ${theirs}`),
      ),
    )
    .map((parts) => `-j CONNMARK ${parts.join(' ')}`),
);

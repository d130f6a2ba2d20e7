import type { Family } from '../../../net/family.ts';
import type { Field } from '../../rule.ts';
import type { Words } from '../words.ts';
import { type DataType, dataType, opaque } from './data-types.ts';
import type { Need } from './expression.ts';

/** What a rule asks of a packet: a field, or something that only its text says. */
export interface Selector {
  readonly field: Field | undefined;
  readonly type: DataType;
  readonly needs: readonly Need[];
}

/** Reads `ip daddr`, `meta mark`, `ct original ip saddr` and so on; `undefined` where the next word begins none. */
export function readSelector(words: Words, family: Family): Selector | undefined {
  if (words.nextIsQuoted) return undefined;
  const first = words.next;
  const bare = bareMeta.get(first);
  if (bare !== undefined) {
    words.take();
    return bare;
  }
  if (first.startsWith('@') && first.includes(',')) {
    words.take();
    return unknownSelector(first);
  }
  const read = readers.get(first);
  if (read === undefined) return undefined;
  words.take();
  return read(words, family);
}

function selector(field: Field, type: string, ...needs: readonly Need[]): Selector {
  return { field, type: dataType(type), needs };
}

function unknownSelector(type: string, ...needs: readonly Need[]): Selector {
  return { field: undefined, type: opaque(type), needs };
}

const ipv4: Need = { nfProtocol: 2n };
const ipv6: Need = { nfProtocol: 10n };

const ports: Readonly<Record<string, Field>> = { sport: 'source-port', dport: 'destination-port' };

function portsOf(...needs: readonly Need[]): [string, Selector][] {
  return Object.entries(ports).map(([word, field]) => [word, selector(field, 'inet_service', ...needs)]);
}

/** The headers whose fields are known in part. Other fields of theirs are unknown, but need the same header. */
const headers: Readonly<Record<string, { needs: readonly Need[]; fields: ReadonlyMap<string, Selector> }>> = {
  ip: {
    needs: [ipv4],
    fields: new Map([
      ['saddr', selector('source-address', 'ipv4_addr', ipv4)],
      ['daddr', selector('destination-address', 'ipv4_addr', ipv4)],
      ['protocol', selector('protocol', 'inet_proto', ipv4)],
    ]),
  },
  ip6: {
    needs: [ipv6],
    fields: new Map([
      ['saddr', selector('source-address', 'ipv6_addr', ipv6)],
      ['daddr', selector('destination-address', 'ipv6_addr', ipv6)],
      ['nexthdr', selector('protocol', 'inet_proto', ipv6)],
    ]),
  },
  th: { needs: [], fields: new Map(portsOf()) },
  tcp: {
    needs: [{ protocol: 6n }],
    fields: new Map([
      ...portsOf({ protocol: 6n }),
      ['flags', selector('tcp-flags', 'tcp_flag', { protocol: 6n })],
    ]),
  },
  udp: { needs: [{ protocol: 17n }], fields: new Map(portsOf({ protocol: 17n })) },
  udplite: { needs: [{ protocol: 136n }], fields: new Map(portsOf({ protocol: 136n })) },
  sctp: { needs: [{ protocol: 132n }], fields: new Map(portsOf({ protocol: 132n })) },
  dccp: { needs: [{ protocol: 33n }], fields: new Map(portsOf({ protocol: 33n })) },
  icmp: { needs: [ipv4, { protocol: 1n }], fields: new Map() },
  icmpv6: { needs: [ipv6, { protocol: 58n }], fields: new Map() },
  igmp: { needs: [ipv4, { protocol: 2n }], fields: new Map() },
  ah: { needs: [{ protocol: 51n }], fields: new Map() },
  esp: { needs: [{ protocol: 50n }], fields: new Map() },
  comp: { needs: [{ protocol: 108n }], fields: new Map() },
  gre: { needs: [{ protocol: 47n }], fields: new Map() },
  ether: { needs: [], fields: new Map() },
  vlan: { needs: [], fields: new Map() },
  arp: { needs: [{ nfProtocol: 3n }], fields: new Map() },
};

const options = ['option', 'chunk'];

function readHeader(header: string, words: Words): Selector {
  const { needs, fields } = headers[header] ?? { needs: [], fields: new Map() };
  const field = words.take();
  const known = fields.get(field);
  if (known !== undefined) return known;
  if (!options.includes(field)) return unknownSelector(`${header} ${field}`, ...needs);
  const option = `${header} ${field} ${words.take()}`;
  const isWhole =
    option.includes('@') || words.isAtEnd || words.nextIs('exists', 'missing', '==', '!=', '{', 'set');
  return unknownSelector(isWhole ? option : `${option} ${words.take()}`, ...needs);
}

const metaFields: ReadonlyMap<string, Selector> = new Map([
  ['mark', selector('mark', 'mark')],
  ['l4proto', selector('protocol', 'inet_proto')],
  ['nfproto', selector('nf-protocol', 'nf_proto')],
  ['protocol', selector('nf-protocol', 'ether_type')],
  ['iifname', selector('input-interface', 'ifname')],
  ['oifname', selector('output-interface', 'ifname')],
  ['iif', selector('input-interface', 'iface_index')],
  ['oif', selector('output-interface', 'iface_index')],
]);

function metaSelector(key: string): Selector {
  return metaFields.get(key) ?? unknownSelector(`meta ${key}`);
}

/** nft lists some keys without `meta`, and libxtables others. */
const bareMeta: ReadonlyMap<string, Selector> = new Map(
  [
    'iif',
    'iifname',
    'iiftype',
    'iifgroup',
    'oif',
    'oifname',
    'oiftype',
    'oifgroup',
    'mark',
    'pkttype',
    'skuid',
    'skgid',
    'cgroup',
    'rtclassid',
    'nftrace',
  ].map((key) => [key, metaSelector(key)]),
);

const ctFields: ReadonlyMap<string, Selector> = new Map([
  ['state', selector('ct-state', 'ct_state')],
  ['status', selector('ct-status', 'ct_status', 'tracked')],
  ['direction', selector('ct-direction', 'ct_dir', 'tracked')],
  ['mark', selector('ct-mark', 'mark', 'tracked')],
  // Of a first packet these are the packet's own.
  ['protocol', selector('protocol', 'inet_proto', 'tracked')],
  ['l3proto', selector('nf-protocol', 'nf_proto', 'tracked')],
  ['original protocol', selector('protocol', 'inet_proto', 'tracked')],
  ['original l3proto', selector('nf-protocol', 'nf_proto', 'tracked')],
  ['original ip saddr', selector('ct-original-source-address', 'ipv4_addr', ipv4, 'tracked')],
  ['original ip daddr', selector('ct-original-destination-address', 'ipv4_addr', ipv4, 'tracked')],
  ['original ip6 saddr', selector('ct-original-source-address', 'ipv6_addr', ipv6, 'tracked')],
  ['original ip6 daddr', selector('ct-original-destination-address', 'ipv6_addr', ipv6, 'tracked')],
  ['original proto-src', selector('ct-original-source-port', 'inet_service', 'tracked')],
  ['original proto-dst', selector('ct-original-destination-port', 'inet_service', 'tracked')],
]);

/** Tables of one family need not say which one the addresses are of. */
function readCt(words: Words, family: Family): Selector {
  let key = words.take();
  if (key === 'original' || key === 'reply') {
    key += ` ${words.take()}`;
    if (/ ip6?$/.test(key)) key += ` ${words.take()}`;
    key = key.replace(/ (?=[sd]addr$)(?<!ip6? )/, family === 'IPv4' ? ' ip ' : ' ip6 ');
  }
  return ctFields.get(key) ?? unknownSelector(`ct ${key}`, 'tracked');
}

/** `fib saddr . mark . iif oif`: a route's interface is for the kernel to know. */
function readFib(words: Words): Selector {
  const keys = [words.take()];
  while (words.takeIf('.')) keys.push(words.take());
  const result = words.take();
  // An address of another interface is unicast to `fib daddr . iif type`; which interface has it is not known here.
  const isOfNode = !keys.includes('iif') && !keys.includes('oif');
  if (result === 'type' && isOfNode && keys.includes('saddr'))
    return selector('source-address-type', 'fib_addrtype');
  if (result === 'type' && isOfNode && keys.includes('daddr'))
    return selector('destination-address-type', 'fib_addrtype');
  return unknownSelector(`fib ${keys.join(' . ')} ${result}`);
}

/** `rt nexthop`, `rt ip nexthop`, `rt mtu`, and the routing header of IPv6, `rt type`. */
function readRoute(words: Words): Selector {
  const key = words.take();
  return unknownSelector(key === 'ip' || key === 'ip6' ? `rt ${key} ${words.take()}` : `rt ${key}`);
}

function readSocket(words: Words): Selector {
  const key = words.take();
  if (words.takeIf('level')) words.take();
  return unknownSelector(`socket ${key}`);
}

function readIpsec(words: Words): Selector {
  const keys = [words.take(), words.take()];
  if (keys[1] === 'spnum') keys.push(words.take(), words.take());
  if (/^ip6?$/.test(keys.at(-1) ?? '')) keys.push(words.take());
  return unknownSelector(`ipsec ${keys.join(' ')}`);
}

function readFingerprint(words: Words): Selector {
  if (words.takeIf('ttl')) words.take();
  return unknownSelector(`osf ${words.take()}`);
}

/** Extension headers of IPv6: `frag frag-off`, `exthdr frag`. */
function readTwo(first: string): Reader {
  return (words) => unknownSelector(`${first} ${words.take()}`);
}

type Reader = (words: Words, family: Family) => Selector;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...Object.keys(headers).map((header): [string, Reader] => [header, (words) => readHeader(header, words)]),
  ['meta', (words) => metaSelector(words.take())],
  ['ct', readCt],
  ['fib', readFib],
  ['rt', readRoute],
  ['socket', readSocket],
  ['ipsec', readIpsec],
  ['osf', readFingerprint],
  ...['frag', 'hbh', 'dst', 'mh', 'srh', 'rt0', 'rt2', 'rt4', 'exthdr', 'xfrm'].map(
    (word): [string, Reader] => [word, readTwo(word)],
  ),
]);

/** The field that `meta … set` or `ct … set` writes. */
export function assignableField(field: Field | undefined): 'mark' | 'ct-mark' | undefined {
  return field === 'mark' || field === 'ct-mark' ? field : undefined;
}

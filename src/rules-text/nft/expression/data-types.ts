import type { Family } from '../../../net/family.ts';
import { addressText, protocolName, readAddress } from '../../../net/numbers.ts';
import { addressTypes, ctStates, ctStatuses, type Scalar, tcpFlags } from '../../rule.ts';

/** What nft calls a data type: how values are written, and which numbers or names they are. */
export interface DataType {
  /** As `type …` of a set names it. */
  readonly name: string;
  /** How many bits a value has; 0 where it is a name or where nobody knows. */
  readonly bits: number;
  /** Without an operator, its values are asked for bit by bit: `ct state new`. */
  readonly isBitmask: boolean;
  /** `undefined` where the text is no value of this type that is known here. */
  parse(text: string): Scalar | undefined;
  /** The value as nft lists it. */
  format(value: Scalar): string;
}

/** The type of this name; values of types that are of no use to a trace stay texts. */
export function dataType(name: string): DataType {
  return knownTypes.get(name) ?? opaque(name);
}

/** A type whose values stay as they are written. */
export function opaque(name: string): DataType {
  return { name, bits: 0, isBitmask: false, parse: unquoted, format: String };
}

export function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1');
}

/** Of values that nft lists by their names. */
function named(name: string, bits: number, symbols: Readonly<Record<string, bigint>>): DataType {
  const names = new Map(Object.entries(symbols).map(([symbol, value]) => [value, symbol]));
  return {
    ...numeric(name, bits, symbols),
    format: (value) => (typeof value === 'bigint' ? (names.get(value) ?? String(value)) : value),
  };
}

function numeric(name: string, bits: number, symbols: Readonly<Record<string, bigint>> = {}): DataType {
  const limit = 1n << BigInt(bits);
  const known = new Map(Object.entries(symbols));
  return {
    name,
    bits,
    isBitmask: false,
    parse(text) {
      const value = known.get(text) ?? (number.test(text) ? BigInt(text) : undefined);
      return value !== undefined && value < limit ? value : undefined;
    },
    format: String,
  };
}

const number = /^(?:0x[0-9a-f]+|\d+)$/i;

/** Several bits are written with `|` or, where nft lists flags, with a comma. */
function bitmask(name: string, bits: number, symbols: Readonly<Record<string, bigint>>): DataType {
  const single = numeric(name, bits, symbols);
  return {
    ...single,
    isBitmask: true,
    parse(text) {
      let sum = 0n;
      for (const flag of text.split(flagSeparator)) {
        const value = single.parse(flag);
        if (typeof value !== 'bigint') return undefined;
        sum |= value;
      }
      return sum;
    },
    format: (value) => (typeof value === 'bigint' ? flagsText(value, symbols) : value),
  };
}

function flagsText(value: bigint, symbols: Readonly<Record<string, bigint>>): string {
  const set = Object.entries(symbols).filter(([, flag]) => (value & flag) !== 0n);
  const rest = set.reduce((left, [, flag]) => left & ~flag, value);
  return rest === 0n && set.length > 0 ? set.map(([name]) => name).join(',') : String(value);
}

const flagSeparator = / ?[|,] ?/;

function addressType(name: string, bits: number, family: Family): DataType {
  return {
    name,
    bits,
    isBitmask: false,
    parse: (text) => readAddress(text, family),
    format: (value) => (typeof value === 'bigint' ? addressText(value, family) : value),
  };
}

/** A star at the end is no part of a name: see `parsePattern`. */
const interfaceName: DataType = {
  name: 'ifname',
  bits: 0,
  isBitmask: false,
  parse: (text) => unquoted(text).replace(/\\\*$/, '*'),
  format: (value) => `"${value}"`,
};

/** nft lists the name, or the index where the interface has gone: then nobody knows which it was. */
const interfaceIndex: DataType = {
  ...interfaceName,
  name: 'iface_index',
  parse: (text) => (/^\d+$/.test(text) ? undefined : unquoted(text)),
};

/** By /etc/protocols, as far as rules name them. */
const protocolSymbols = {
  ip: 0n,
  icmp: 1n,
  igmp: 2n,
  ipencap: 4n,
  tcp: 6n,
  egp: 8n,
  udp: 17n,
  dccp: 33n,
  ipv6: 41n,
  rsvp: 46n,
  gre: 47n,
  esp: 50n,
  ah: 51n,
  icmpv6: 58n,
  'ipv6-icmp': 58n,
  eigrp: 88n,
  ospf: 89n,
  ospfigp: 89n,
  ipip: 94n,
  pim: 103n,
  comp: 108n,
  ipcomp: 108n,
  vrrp: 112n,
  carp: 112n,
  l2tp: 115n,
  sctp: 132n,
  udplite: 136n,
  mptcp: 262n,
} as const;

/** By the names that nft has on every machine, those of the protocols of Services. */
function protocolText(value: Scalar): string {
  return typeof value === 'bigint' ? protocolName(value) : value;
}

function markText(value: Scalar): string {
  return typeof value === 'bigint' ? `0x${value.toString(16).padStart(8, '0')}` : value;
}

/** By /etc/services, as far as `nft -S` names them in rules that a node is likely to have. */
const serviceSymbols = {
  'ftp-data': 20n,
  ftp: 21n,
  ssh: 22n,
  telnet: 23n,
  smtp: 25n,
  domain: 53n,
  bootps: 67n,
  bootpc: 68n,
  http: 80n,
  kerberos: 88n,
  sunrpc: 111n,
  ntp: 123n,
  snmp: 161n,
  bgp: 179n,
  ldap: 389n,
  https: 443n,
  'dhcpv6-client': 546n,
  'dhcpv6-server': 547n,
  ldaps: 636n,
  nfs: 2049n,
  mysql: 3306n,
  postgresql: 5432n,
  mdns: 5353n,
  vxlan: 4789n,
  'http-alt': 8080n,
} as const;

const netfilterProtocols = { ipv4: 2n, ipv6: 10n } as const;

/** The trace asks for the kinds that netfilter has hooks for by netfilter's numbers; others are no packets of IP. */
const etherType: DataType = {
  ...numeric('ether_type', 32),
  parse: (text) => etherTypes.get(text.toLowerCase()) ?? otherEtherTypes.parse(text),
};

const otherEtherTypes = numeric('ether_type', 32, { vlan: 0x8100n, '8021q': 0x8100n, '8021ad': 0x88a8n });

const etherTypes: ReadonlyMap<string, bigint> = new Map([
  ['ip', 2n],
  ['0x0800', 2n],
  ['arp', 3n],
  ['0x0806', 3n],
  ['ip6', 10n],
  ['0x86dd', 10n],
]);

const types: readonly DataType[] = [
  addressType('ipv4_addr', 32, 'IPv4'),
  addressType('ipv6_addr', 128, 'IPv6'),
  interfaceName,
  interfaceIndex,
  etherType,
  { ...numeric('inet_proto', 16, protocolSymbols), format: protocolText },
  numeric('inet_service', 16, serviceSymbols),
  { ...numeric('mark', 32), format: markText },
  numeric('integer', 32),
  named('nf_proto', 8, netfilterProtocols),
  named('ct_dir', 8, { original: 0n, reply: 1n }),
  named('fib_addrtype', 32, addressTypes),
  bitmask('ct_state', 32, ctStates),
  bitmask('ct_status', 32, { ...ctStatuses, dying: 512n }),
  bitmask('tcp_flag', 8, { ...tcpFlags, ecn: 64n, cwr: 128n }),
];

const knownTypes: ReadonlyMap<string, DataType> = new Map(types.map((type) => [type.name, type]));

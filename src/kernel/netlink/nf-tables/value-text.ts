import ipaddr from 'ipaddr.js';
import { addressTypes, ctStates, ctStatuses } from '../../../rules-text/rule.ts';
import { isLittle } from '../netlink-attributes.ts';

/** Types of values in rules, by nft's names, and how many bytes they have. */
export const valueLengths = {
  ipv4_addr: 4,
  ipv6_addr: 16,
  inet_proto: 1,
  inet_service: 2,
  mark: 4,
  integer: 4,
  ct_state: 4,
  ct_status: 4,
  fib_addrtype: 4,
  ifname: 16,
} as const;
export type ValueType = keyof typeof valueLengths;

/** The type with this number in nft (enum datatypes); `undefined` of one that is not known here. */
export function valueType(number: number): ValueType | undefined {
  return typeNumbers.get(number);
}

const typeNumbers: ReadonlyMap<number, ValueType> = new Map([
  [4, 'integer'],
  [7, 'ipv4_addr'],
  [8, 'ipv6_addr'],
  [12, 'inet_proto'],
  [13, 'inet_service'],
  [19, 'mark'],
  [41, 'ifname'],
]);

/** A value as nft lists it; `undefined` where these bytes are no known value of the type. */
export function valueText(type: ValueType, bytes: Buffer): string | undefined {
  if (bytes.length !== valueLengths[type]) return undefined;
  switch (type) {
    case 'ipv4_addr':
    case 'ipv6_addr':
      return ipaddr.fromByteArray([...bytes]).toString();
    case 'inet_proto':
      return protocols.get(bytes.readUInt8(0)) ?? String(bytes.readUInt8(0));
    case 'inet_service':
      return String(bytes.readUInt16BE(0));
    case 'mark':
      return hexadecimal(hostNumber(bytes));
    case 'integer':
      return String(hostNumber(bytes));
    case 'ifname':
      return `"${bytes.toString('utf8').replace(/\0.*$/s, '')}"`;
    case 'ct_state':
    case 'ct_status':
    case 'fib_addrtype':
      return names[type].get(BigInt(hostNumber(bytes)));
  }
}

export function isAddress(type: ValueType): boolean {
  return type === 'ipv4_addr' || type === 'ipv6_addr';
}

/** A number of the machine's own order. */
export function hostNumber(bytes: Buffer): number {
  return isLittle ? bytes.readUInt32LE(0) : bytes.readUInt32BE(0);
}

/** As nft writes marks. */
export function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

const protocols: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

const names = {
  ct_state: byValue(ctStates),
  ct_status: byValue(ctStatuses),
  fib_addrtype: byValue(addressTypes),
};

function byValue(values: Readonly<Record<string, bigint>>): ReadonlyMap<bigint, string> {
  return new Map(Object.entries(values).map(([name, value]) => [value, name]));
}

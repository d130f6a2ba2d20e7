import { isIPv6 } from 'node:net';
import type { Address } from '../../../../net/address.ts';
import { decimal, writeAddress, writeIPv4 } from '../../../../net/address-bytes.ts';
import { protocols } from '../../../../net/family.ts';
import { protocolNumbers } from '../../../../net/numbers.ts';
import { dataType } from '../../../../rules-text/nft/expression/data-types.ts';
import { isLittle } from '../../netlink-attributes.ts';
import { aligned, lengthOf, type ValueType, valueBytes } from '../value-bytes.ts';
import { NoKernelForm } from './write-expression.ts';

/**
 * Writes the parts of a key or of data, `10.96.0.10 . tcp . 53`, as the kernel has them in its registers. Tables have a hundred
 * thousand of them, so the common types are read digit by digit. Throws a `NoKernelForm` for anything else.
 */
export function writeParts(text: string, types: readonly ValueType[], bytes: Buffer, start: number): void {
  let at = start;
  let from = 0;
  for (const [index, type] of types.entries()) {
    const isLast = index === types.length - 1;
    const end = isLast ? text.length : text.indexOf(separator, from);
    if (end === -1) throw new NoKernelForm(`"${text}" has fewer parts than ${types.join(' . ')}`);
    if (!writePart(text, from, end, type, bytes, at))
      throw new NoKernelForm(`"${text}" is no ${types.join(' . ')}`);
    from = end + separator.length;
    at += types.length === 1 ? lengthOf(type) : aligned(lengthOf(type));
  }
}

const separator = ' . ';

/** Tells whether the text is a value of the type. */
function writePart(
  text: string,
  from: number,
  end: number,
  type: ValueType,
  bytes: Buffer,
  at: number,
): boolean {
  switch (type) {
    case 'ipv4_addr':
      return writeIPv4(text, from, end, bytes, at);
    case 'inet_service':
      return writePort(text, from, end, bytes, at);
    case 'integer':
      return writeInteger(text, from, end, bytes, at);
    case 'inet_proto':
      return writeProtocol(text.slice(from, end), bytes, at);
    case 'ipv6_addr':
      return writeIPv6(text.slice(from, end), bytes, at);
    default:
      return writeOther(text.slice(from, end), type, bytes, at);
  }
}

function writePort(text: string, from: number, end: number, bytes: Buffer, at: number): boolean {
  const port = decimal(text, from, end);
  if (port < 0 || port > 0xffff) return false;
  bytes[at] = port >> 8;
  bytes[at + 1] = port & 0xff;
  bytes[at + 2] = 0;
  bytes[at + 3] = 0;
  return true;
}

function writeInteger(text: string, from: number, end: number, bytes: Buffer, at: number): boolean {
  const number = decimal(text, from, end);
  if (number < 0 || number > 0xffffffff) return false;
  if (isLittle) bytes.writeUInt32LE(number, at);
  else bytes.writeUInt32BE(number, at);
  return true;
}

function writeProtocol(text: string, bytes: Buffer, at: number): boolean {
  const number = protocolsOfServices.get(text);
  if (number === undefined) return writeOther(text, 'inet_proto', bytes, at);
  bytes.fill(0, at, at + aligned(lengthOf('inet_proto')));
  bytes[at] = number;
  return true;
}

const protocolsOfServices: ReadonlyMap<string, number> = new Map(
  protocols.map((protocol) => [protocol.toLowerCase(), Number(protocolNumbers[protocol])]),
);

function writeIPv6(text: string, bytes: Buffer, at: number): boolean {
  // Of a zone or of digits with dots, the general way knows.
  if (!isIPv6(text) || /[%.]/.test(text)) return writeOther(text, 'ipv6_addr', bytes, at);
  writeAddress(text as Address, bytes, at);
  return true;
}

function writeOther(text: string, type: ValueType, bytes: Buffer, at: number): boolean {
  const value = dataType(type).parse(text);
  const found = value === undefined ? undefined : valueBytes([value], [type]);
  if (found === undefined) return false;
  bytes.fill(0, at, at + aligned(found.length));
  bytes.set(found, at);
  return true;
}

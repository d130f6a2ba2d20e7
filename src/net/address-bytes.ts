import type { Address } from './address.ts';

/** Writes the bytes of an address, as they stand in packets; returns how many. */
export function writeAddress(address: Address, bytes: Uint8Array, at: number): 4 | 16 {
  if (address.includes(':')) {
    writeIPv6(address, bytes, at);
    return 16;
  }
  writeIPv4(address, 0, address.length, bytes, at);
  return 4;
}

/** Writes the IPv4 address that stands there in a text, which is not cut out for it. Tells whether it is one. */
export function writeIPv4(text: string, from: number, end: number, bytes: Uint8Array, at: number): boolean {
  let begin = from;
  for (let part = 0; part < 4; part += 1) {
    const dot = part === 3 ? end : text.indexOf('.', begin);
    const number = dot === -1 || dot > end ? -1 : decimal(text, begin, dot);
    if (number < 0 || number > 0xff) return false;
    bytes[at + part] = number;
    begin = dot + 1;
  }
  return true;
}

/** The decimal number that stands there; below 0 where it is none. */
export function decimal(text: string, from: number, end: number): number {
  if (from >= end || end - from > 10) return -1;
  let number = 0;
  for (let at = from; at < end; at += 1) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** The canonical form has no dots, and `::` once at most. */
function writeIPv6(address: Address, bytes: Uint8Array, start: number): void {
  const gap = address.indexOf('::');
  const head = gap === -1 ? address : address.slice(0, gap);
  const tail = gap === -1 ? '' : address.slice(gap + 2);
  bytes.fill(0, start, start + 16);
  writeGroups(head, bytes, start);
  writeGroups(tail, bytes, start + 16 - 2 * groupsIn(tail));
}

function writeGroups(text: string, bytes: Uint8Array, start: number): void {
  if (text === '') return;
  let at = start;
  for (const group of text.split(':')) {
    const number = Number.parseInt(group, 16);
    bytes[at] = number >> 8;
    bytes[at + 1] = number & 0xff;
    at += 2;
  }
}

function groupsIn(text: string): number {
  return text === '' ? 0 : text.split(':').length;
}

const zero = 0x30;

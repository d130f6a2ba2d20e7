import type { Address } from './address.ts';

/** Writes the bytes of an address, as they stand in packets; returns how many. */
export function writeAddress(address: Address, bytes: Uint8Array, at: number): 4 | 16 {
  if (address.includes(':')) {
    writeIPv6(address, bytes, at);
    return 16;
  }
  writeIPv4(address, bytes, at);
  return 4;
}

function writeIPv4(address: Address, bytes: Uint8Array, start: number): void {
  let at = start;
  let number = 0;
  for (let place = 0; place < address.length; place += 1) {
    const code = address.charCodeAt(place);
    if (code === dot) {
      bytes[at] = number;
      at += 1;
      number = 0;
    } else number = number * 10 + code - zero;
  }
  bytes[at] = number;
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
const dot = 0x2e;

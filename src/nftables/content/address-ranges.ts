import ipaddr from 'ipaddr.js';
import type { Address } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';

/** A range of addresses as numbers, both ends included. */
interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Addresses and networks of one family as nft lists them in an anonymous set: in order, overlapping and adjacent ones
 * merged, and each as an address, a network or `first-last`.
 */
export function mergedRanges(networks: readonly (Address | Cidr)[]): readonly string[] {
  const sorted = networks.map(rangeOf).sort((a, b) => (a.first < b.first ? -1 : 1));
  const merged: Range[] = [];
  for (const range of sorted) {
    const previous = merged.at(-1);
    if (previous === undefined || range.first > previous.last + 1n) merged.push(range);
    else if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last };
  }
  const bits = networks.some((network) => network.includes(':')) ? 128 : 32;
  return merged.map((range) => formatRange(range, bits));
}

function rangeOf(network: Address | Cidr): Range {
  const [address = '', length] = network.split('/');
  const bytes = ipaddr.parse(address).toByteArray();
  const first = BigInt(`0x${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);
  const free = BigInt(bytes.length * 8 - Number(length ?? bytes.length * 8));
  return { first, last: first + (1n << free) - 1n };
}

function formatRange({ first, last }: Range, bits: 32 | 128): string {
  if (first === last) return formatAddress(first, bits);
  const size = last - first + 1n;
  const free = size.toString(2).length - 1;
  const isNetwork = size === 1n << BigInt(free) && first % size === 0n;
  return isNetwork
    ? `${formatAddress(first, bits)}/${bits - free}`
    : `${formatAddress(first, bits)}-${formatAddress(last, bits)}`;
}

function formatAddress(value: bigint, bits: 32 | 128): string {
  const hex = value.toString(16).padStart(bits / 4, '0');
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

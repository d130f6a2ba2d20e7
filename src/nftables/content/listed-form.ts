import type { Address } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import type { LocalDetector } from '../../plan/local-detector.ts';
import type { ChainName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Data, Rule } from '../table/table.ts';
import { mergedRanges } from './address-ranges.ts';

/** Parts of rules worded as nft lists them, so that rules are the same text when they are read back. */

/** Joins the parts of a rule; empty ones are left out. */
export function rule(...parts: readonly string[]): Rule {
  return parts.filter((part) => part !== '').join(' ') as Rule;
}

/** nft takes comments of at most 128 characters; names of namespace, Service and port may have 143. */
export function commentText(name: string): string {
  return name.length > 128 ? `${name.slice(0, 125)}...` : name;
}

export function goto(chain: ChainName): Data {
  return `goto ${chain}` as Data;
}

/** The match for local pod traffic, or with `!=` for all other traffic. */
export function localTraffic(
  { family }: NftablesOptions,
  detector: LocalDetector,
  operator: '' | '!=',
): string {
  const is = operator === '' ? '' : `${operator} `;
  switch (detector.by) {
    case 'cidr':
      return `${nftFamily(family)} saddr ${is}${withoutHostLength(detector.cidr)}`;
    case 'interface':
      return `iifname ${is}"${detector.interface}"`;
    case 'interface-prefix':
      return `iifname ${is}"${detector.prefix}*"`;
  }
}

/** nft lists a network of one address as an address. */
function withoutHostLength(cidr: Cidr): string {
  return cidr.replace(cidr.includes(':') ? /\/128$/ : /\/32$/, '');
}

/** Addresses and networks as the right side of a match: a single one as it is, several as an anonymous set. */
export function oneOf(networks: readonly (Address | Cidr)[]): string {
  const ranges = mergedRanges(networks);
  return ranges.length === 1 ? (ranges[0] ?? '') : `{ ${ranges.join(', ')} }`;
}

import type { Address } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import type { LocalDetector } from '../../plan/local-detector.ts';
import type { ChainName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Data, Rule } from '../table/table.ts';
import { mergedRanges } from './address-ranges.ts';

/** Parts of rules, in the words in which nft lists them: what is written and what is read back are the same text. */

/** Joins the parts of a rule; empty ones are left out. */
export function rule(...parts: readonly string[]): Rule {
  return parts.filter((part) => part !== '').join(' ') as Rule;
}

export function goto(chain: ChainName): Data {
  return `goto ${chain}` as Data;
}

/** The match for traffic of this cluster's pods, or with `!=` for all other. */
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

/** nft lists a network of one address as the address. */
function withoutHostLength(cidr: Cidr): string {
  return cidr.replace(cidr.includes(':') ? /\/128$/ : /\/32$/, '');
}

/** The addresses and networks as the right side of a match: bare where it is one, else as an anonymous set. */
export function oneOf(networks: readonly (Address | Cidr)[]): string {
  const ranges = mergedRanges(networks);
  return ranges.length === 1 ? (ranges[0] ?? '') : `{ ${ranges.join(', ')} }`;
}

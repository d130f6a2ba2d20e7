import type { Family } from '../../net/family.ts';

/** A chain, map or set that is not the same on both sides. */
export interface Difference {
  readonly family: Family;
  readonly part: Part;
  /** Its lines on either side; `undefined` where it is not there. Of maps and sets only the elements that differ. */
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
}

export type Part =
  | { readonly kind: 'chain'; readonly table: string; readonly name: string }
  | { readonly kind: 'map' | 'set'; readonly table: string; readonly name: string };

/** Rules of one proxy in one family: the chains of iptables, or a table of nftables. */
export type Dialect = 'iptables' | 'nft portolan' | 'nft kube-proxy';

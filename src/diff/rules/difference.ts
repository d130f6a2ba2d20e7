import type { Family } from '../../net/family.ts';

/** A chain, map or set that differs between the sides. */
export interface Difference {
  readonly family: Family;
  readonly part: Part;
  /** Its lines on each side, `undefined` where it is missing; for maps and sets only the elements that differ. */
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
}

export type Part =
  | { readonly kind: 'chain'; readonly table: string; readonly name: string }
  | { readonly kind: 'map' | 'set'; readonly table: string; readonly name: string };

/** The form of a proxy's rules: chains of iptables, or a table of nftables. */
export type Dialect = 'iptables' | 'nft portolan' | 'nft kube-proxy';

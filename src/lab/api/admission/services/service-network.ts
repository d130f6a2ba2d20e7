import type { Cidr } from '../../../../net/cidr.ts';
import type { Family } from '../../../../net/family.ts';

/** Where Services get their addresses and node ports from. */
export interface ServiceNetwork {
  /** Of each family that the cluster has, the preferred one first. */
  readonly cidrs: ReadonlyMap<Family, Cidr>;
  readonly nodePorts: readonly [first: number, last: number];
}

import type { Address } from '../../net/address.ts';

export interface BgpOptions {
  /** The routers of the underlay. */
  readonly peers: readonly Address[];
  /** Numbers of autonomous systems: the nodes', and the routers'. */
  readonly localAs: number;
  readonly peerAs: number;
}

import { createHash } from 'node:crypto';
import { type Address, familyOf } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import type { Problem } from '../../state/problem.ts';
import type { NodeRecord } from '../../state/records.ts';
import { addressOfFamily } from '../underlay.ts';
import type { BgpOptions } from './bgp-options.ts';

/** What a node tells routers by BGP (RFC 4271), and what it takes from them. */
export interface BgpPlan {
  /** Four bytes that no other speaker has; the node's IPv4 address where it has one. */
  readonly routerId: string;
  readonly localAs: number;
  readonly peerAs: number;
  readonly sessions: readonly BgpSession[];
  /** The ranges of the node's own pods. */
  readonly announced: readonly Cidr[];
  /** Routes to these networks, and to parts of them, are taken. */
  readonly accepted: readonly Cidr[];
}

/** With one router, whose address is of the family that is told of. */
export interface BgpSession {
  readonly local: Address;
  readonly peer: Address;
}

/** Routers that the node has no address for are left out, and named. */
export function planBgp(
  own: NodeRecord,
  accepted: readonly Cidr[],
  { peers, localAs, peerAs }: BgpOptions,
): { readonly bgp: BgpPlan; readonly problems: readonly Problem[] } {
  const sessions: BgpSession[] = [];
  const problems: Problem[] = [];
  for (const peer of peers) {
    const local = addressOfFamily(own.addresses, familyOf(peer));
    if (local === undefined) problems.push(withoutAddress(own, peer));
    else sessions.push({ local, peer });
  }
  const routerId = addressOfFamily(own.addresses, 'IPv4') ?? identifier(own.name);
  return { bgp: { routerId, localAs, peerAs, sessions, announced: own.podCIDRs, accepted }, problems };
}

function withoutAddress({ name }: NodeRecord, peer: Address): Problem {
  const reason = `has no ${familyOf(peer)} address, which a session with ${peer} needs`;
  return { object: `Node ${name}`, field: 'status.addresses', reason };
}

/** By chance, but always the same for a node; never 0 (RFC 6286, section 2.1). */
function identifier(nodeName: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = createHash('sha256').update(nodeName).digest();
  return [a | 1, b, c, d].join('.');
}

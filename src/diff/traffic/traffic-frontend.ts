import type { Address } from '../../net/address.ts';
import type { Protocol } from '../../net/family.ts';
import type { Interval } from '../../rules-text/rule.ts';

/** Where clients reach a Service, as either side of a comparison has it. */
export interface TrafficFrontend {
  /** `address`: the rules do not say which of the three it is. */
  readonly kind: 'ClusterIP' | 'ExternalIP' | 'LoadBalancerIP' | 'NodePort' | 'address';
  /** `undefined` for node ports. */
  readonly address: Address | undefined;
  readonly port: number;
  readonly protocol: Protocol;
  /** `namespace/name:port`; empty where the rules do not say. */
  readonly service: string;
  /** The clients that the rules tell from others, beyond pods and the node: source ranges. Ends included. */
  readonly ranges: readonly Interval[];
  /** A function, as of rules it takes many chains to tell. */
  readonly affinity: () => Affinity;
}

/** Whether a client stays with its endpoint, and for how many seconds where the rules say it. */
export type Affinity =
  | { readonly kind: 'none' | 'unknown' }
  | { readonly kind: 'client'; readonly seconds: number | undefined };

/** What tells one frontend from another, whichever Service it is of. */
export function frontendKey({ address, port, protocol }: TrafficFrontend): string {
  return `${address ?? 'node'} ${port} ${protocol}`;
}

/** What is known of the same frontend from two places. */
export function joined(one: TrafficFrontend, other: TrafficFrontend): TrafficFrontend {
  const ranges = new Map(
    [...one.ranges, ...other.ranges].map((range) => [`${range.from}-${range.to}`, range]),
  );
  return {
    ...one,
    kind: one.kind === 'address' ? other.kind : one.kind,
    service: one.service === '' ? other.service : one.service,
    ranges: [...ranges.values()],
    affinity: () => stronger(one.affinity(), other),
  };
}

function stronger(affinity: Affinity, other: TrafficFrontend): Affinity {
  return affinity.kind === 'client' ? affinity : other.affinity();
}

/** Frontends by their keys, each once. */
export function byKey(frontends: Iterable<TrafficFrontend>): Map<string, TrafficFrontend> {
  const all = new Map<string, TrafficFrontend>();
  for (const frontend of frontends) {
    const key = frontendKey(frontend);
    const known = all.get(key);
    all.set(key, known === undefined ? frontend : joined(known, frontend));
  }
  return all;
}

import type { Address } from '../../net/address.ts';
import type { Protocol } from '../../net/family.ts';
import type { Interval } from '../../rules-text/rule.ts';

/** A frontend of a Service, as one side of a comparison has it. */
export interface TrafficFrontend {
  /** `address` where the rules do not say which kind of address it is. */
  readonly kind: 'ClusterIP' | 'ExternalIP' | 'LoadBalancerIP' | 'NodePort' | 'address';
  /** `undefined` for node ports. */
  readonly address: Address | undefined;
  readonly port: number;
  readonly protocol: Protocol;
  /** `namespace/name:port`; empty where the rules do not say. */
  readonly service: string;
  /** Source ranges of the rules, both ends included. */
  readonly ranges: readonly Interval[];
  /** Computed on demand, as it takes many chains to find out from rules. */
  readonly affinity: () => Affinity;
}

/** Session affinity, with its timeout in seconds where the rules have it. */
export type Affinity =
  | { readonly kind: 'none' | 'unknown' }
  | { readonly kind: 'client'; readonly seconds: number | undefined };

/** Identifies a frontend, whichever Service has it. */
export function frontendKey({ address, port, protocol }: TrafficFrontend): string {
  return `${address ?? 'node'} ${port} ${protocol}`;
}

/** The same frontend, found in two places. */
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

/** Frontends by key, without duplicates. */
export function byKey(frontends: Iterable<TrafficFrontend>): Map<string, TrafficFrontend> {
  const all = new Map<string, TrafficFrontend>();
  for (const frontend of frontends) {
    const key = frontendKey(frontend);
    const known = all.get(key);
    all.set(key, known === undefined ? frontend : joined(known, frontend));
  }
  return all;
}

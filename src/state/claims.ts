import type { ServiceKey, ServiceRecord } from './records.ts';

/**
 * Decides which Service holds an address and port that several claim: the older one, and of the same age the one whose
 * name sorts first, so that all nodes decide alike, in whatever order they learn of the Services.
 */
export class Claims {
  /** A single claimant is stored without an array, to save memory: nearly every claim has only one. */
  readonly #claimants = new Map<string, Claimant | Claimant[]>();
  readonly #contested = new Set<string>();

  /** Adds all claims of a Service; returns the Services that may have gained or lost a claim. */
  add(service: ServiceRecord): Set<ServiceKey> {
    const claimant = { key: service.key, createdAt: service.createdAt };
    return this.#each(service, (claim, others) => this.#store(claim, [...others, claimant].sort(byAge)));
  }

  /** Removes all claims of a Service; returns the Services that may have gained or lost a claim. */
  remove(service: ServiceRecord): Set<ServiceKey> {
    return this.#each(service, (claim, others) =>
      this.#store(
        claim,
        others.filter(({ key }) => key !== service.key),
      ),
    );
  }

  /** The Service that holds the claim. */
  holder(claim: string): ServiceKey | undefined {
    return this.#list(claim)[0]?.key;
  }

  /** Every claim that more than one Service makes, with its holder first. */
  *contested(): Iterable<{ readonly claim: string; readonly claimants: readonly ServiceKey[] }> {
    for (const claim of this.#contested) {
      yield { claim, claimants: this.#list(claim).map(({ key }) => key) };
    }
  }

  #each(
    service: ServiceRecord,
    change: (claim: string, others: readonly Claimant[]) => void,
  ): Set<ServiceKey> {
    const affected = new Set<ServiceKey>();
    for (const { claim } of claimsOf(service)) {
      const others = this.#list(claim);
      for (const { key } of others) if (key !== service.key) affected.add(key);
      change(claim, others);
    }
    return affected;
  }

  #list(claim: string): readonly Claimant[] {
    const found = this.#claimants.get(claim);
    if (found === undefined) return [];
    return Array.isArray(found) ? found : [found];
  }

  #store(claim: string, claimants: Claimant[]): void {
    const [only, ...rest] = claimants;
    if (only === undefined) this.#claimants.delete(claim);
    else this.#claimants.set(claim, rest.length === 0 ? only : claimants);
    if (rest.length === 0) this.#contested.delete(claim);
    else this.#contested.add(claim);
  }
}

interface Claimant {
  readonly key: ServiceKey;
  readonly createdAt: string;
}

function byAge(a: Claimant, b: Claimant): number {
  return compareText(a.createdAt, b.createdAt) || compareText(a.key, b.key);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The claim on an address and port: ClusterIP, external IP or load balancer IP. */
export function addressClaim(address: string, protocol: string, port: number): string {
  return `${address} ${protocol} ${port}`;
}

/** The claim on a port of the node itself. */
export function nodePortClaim(protocol: string, port: number): string {
  return `node ${protocol} ${port}`;
}

/** All claims of a Service, each with the field that makes it. */
export function* claimsOf(
  service: ServiceRecord,
): Iterable<{ readonly claim: string; readonly field: string }> {
  const addresses = new Map<string, string>();
  for (const ip of service.loadBalancerIPs) addresses.set(ip, 'status.loadBalancer.ingress');
  for (const ip of service.externalIPs) addresses.set(ip, 'spec.externalIPs');
  for (const ip of service.clusterIPs) addresses.set(ip, 'spec.clusterIPs');
  for (const { protocol, port, nodePort } of service.ports) {
    for (const [address, field] of addresses) yield { claim: addressClaim(address, protocol, port), field };
    if (nodePort !== undefined)
      yield { claim: nodePortClaim(protocol, nodePort), field: 'spec.ports.nodePort' };
  }
  if (service.healthCheckNodePort !== undefined) {
    yield { claim: nodePortClaim('TCP', service.healthCheckNodePort), field: 'spec.healthCheckNodePort' };
  }
}

import { isDeepStrictEqual } from 'node:util';
import { Claims, claimsOf } from './claims.ts';
import type { Problem } from './problem.ts';
import type {
  Change,
  EndpointSliceRecord,
  NodeRecord,
  ServiceCIDRRecord,
  ServiceKey,
  ServiceRecord,
  SliceKey,
} from './records.ts';

const noSlices: ReadonlyMap<SliceKey, EndpointSliceRecord> = new Map();

/**
 * The known objects of the cluster, and the Services that have to be planned again. The work for a change depends on
 * the Services that it affects, not on the size of the cluster.
 */
export class ClusterState {
  readonly #nodeName: string;
  readonly #serviceProxyName: string;
  readonly #planned: ReadonlySet<ServiceKey> | undefined;
  readonly #services = new Map<ServiceKey, ServiceRecord>();
  readonly #slicesByService = new Map<ServiceKey, Map<SliceKey, EndpointSliceRecord>>();
  readonly #serviceOfSlice = new Map<SliceKey, ServiceKey>();
  readonly #serviceCIDRs = new Map<string, ServiceCIDRRecord>();
  readonly #claims = new Claims();
  #node: NodeRecord | undefined;
  #dirty = new Set<ServiceKey>();
  #nodeDirty = false;

  /** Why there may be objects that are not known; empty where all are. Rules that stand for those must stay. */
  gaps: readonly Problem[] = [];

  /**
   * `nodeName` is the node that this proxy runs on; only its Node is kept. Services that name another proxy than
   * `serviceProxyName` are ignored; if it is empty, this proxy serves those that name none. With
   * `plannedServices`, of others no slices are kept, and none is ever dirty: they are known for the addresses that they hold.
   */
  constructor(nodeName: string, serviceProxyName = '', plannedServices?: ReadonlySet<ServiceKey>) {
    this.#nodeName = nodeName;
    this.#serviceProxyName = serviceProxyName;
    this.#planned = plannedServices;
  }

  /**
   * Applies a change; returns whether it changed anything. A source reports objects again whenever it lists them, and
   * an unchanged object makes nothing dirty.
   */
  apply(change: Change): boolean {
    switch (change.kind) {
      case 'Service':
        return this.#applyService(change.key, this.#serves(change.record) ? change.record : undefined);
      case 'EndpointSlice':
        return this.#applySlice(
          change.key,
          this.#isWanted(change.record?.service) ? change.record : undefined,
        );
      case 'Node':
        return this.#applyNode(change.key, change.record);
      case 'ServiceCIDR':
        return this.#applyServiceCIDR(change.key, change.record);
    }
  }

  get nodeName(): string {
    return this.#nodeName;
  }

  get node(): NodeRecord | undefined {
    return this.#node;
  }

  get services(): ReadonlyMap<ServiceKey, ServiceRecord> {
    return this.#services;
  }

  get serviceCIDRs(): Iterable<ServiceCIDRRecord> {
    return this.#serviceCIDRs.values();
  }

  slicesOf(service: ServiceKey): ReadonlyMap<SliceKey, EndpointSliceRecord> {
    return this.#slicesByService.get(service) ?? noSlices;
  }

  /** The Service that answers on a contested address or node port (see `addressClaim`, `nodePortClaim`). */
  holder(claim: string): ServiceKey | undefined {
    return this.#claims.holder(claim);
  }

  /** The Services changed since the last call; all of them after a change of the node or of a ServiceCIDR. */
  takeDirty(): ReadonlySet<ServiceKey> {
    const dirty = this.#nodeDirty ? this.#everyDirty() : this.#dirty;
    this.#dirty = new Set();
    this.#nodeDirty = false;
    return dirty;
  }

  /** Whether the node or a ServiceCIDR changed since the last `takeDirty`: every rule may depend on them. */
  get nodeChanged(): boolean {
    return this.#nodeDirty;
  }

  get hasDirty(): boolean {
    return this.#nodeDirty || this.#dirty.size > 0;
  }

  /** Services that want an address or a port that another one holds. */
  *clashes(): Iterable<Problem> {
    for (const { claim, claimants } of this.#claims.contested()) {
      const [holder, ...losers] = claimants;
      for (const loser of losers) {
        const service = this.#services.get(loser);
        if (service === undefined || holder === undefined) continue;
        const field = [...claimsOf(service)].find((own) => own.claim === claim)?.field;
        yield {
          object: `Service ${loser}`,
          ...(field === undefined ? {} : { field }),
          reason: `${describeClaim(claim)} belongs to Service ${holder}, which is older or, where both are as old, the first by name; choose another`,
        };
      }
    }
  }

  #applyService(key: ServiceKey, record: ServiceRecord | undefined): boolean {
    const previous = this.#services.get(key);
    if (isDeepStrictEqual(previous, record)) return false;
    const affected = previous === undefined ? [] : this.#claims.remove(previous);
    if (record === undefined) this.#services.delete(key);
    else this.#services.set(key, record);
    const alsoAffected = record === undefined ? [] : this.#claims.add(record);
    for (const service of [key, ...affected, ...alsoAffected]) this.#touch(service);
    return true;
  }

  #everyDirty(): Set<ServiceKey> {
    return new Set([...this.#dirty, ...this.#services.keys().filter((service) => this.#isWanted(service))]);
  }

  #touch(service: ServiceKey): void {
    if (this.#isWanted(service)) this.#dirty.add(service);
  }

  #isWanted(service: ServiceKey | undefined): boolean {
    return service !== undefined && (this.#planned === undefined || this.#planned.has(service));
  }

  #serves(record: ServiceRecord | undefined): boolean {
    return record?.proxyName === this.#serviceProxyName;
  }

  #applySlice(key: SliceKey, record: EndpointSliceRecord | undefined): boolean {
    const previousService = this.#serviceOfSlice.get(key);
    const previous =
      previousService === undefined ? undefined : this.#slicesByService.get(previousService)?.get(key);
    if (isDeepStrictEqual(previous, record)) return false;
    if (previousService !== undefined && previousService !== record?.service) {
      this.#forgetSlice(previousService, key);
    }
    if (record === undefined) return true;
    const slices = this.#slicesByService.get(record.service);
    if (slices === undefined) this.#slicesByService.set(record.service, new Map([[key, record]]));
    else slices.set(key, record);
    this.#serviceOfSlice.set(key, record.service);
    this.#touch(record.service);
    return true;
  }

  #forgetSlice(service: ServiceKey, key: SliceKey): void {
    const slices = this.#slicesByService.get(service);
    slices?.delete(key);
    if (slices?.size === 0) this.#slicesByService.delete(service);
    this.#serviceOfSlice.delete(key);
    this.#touch(service);
  }

  #applyNode(name: string, record: NodeRecord | undefined): boolean {
    // The kubelet writes its Node's status every few minutes; the few fields that are kept seldom change.
    if (name !== this.#nodeName || isDeepStrictEqual(record, this.#node)) return false;
    this.#node = record;
    this.#nodeDirty = true;
    return true;
  }

  #applyServiceCIDR(name: string, record: ServiceCIDRRecord | undefined): boolean {
    if (isDeepStrictEqual(record, this.#serviceCIDRs.get(name))) return false;
    if (record === undefined) this.#serviceCIDRs.delete(name);
    else this.#serviceCIDRs.set(name, record);
    this.#nodeDirty = true;
    return true;
  }
}

function describeClaim(claim: string): string {
  const [address, protocol, port] = claim.split(' ');
  return address === 'node' ? `node port ${port}/${protocol}` : `${address} port ${port}/${protocol}`;
}

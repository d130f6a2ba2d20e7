import isEqual from 'lodash/isEqual.js';
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
 * What is known of the cluster, and which Services must be planned again.
 * The work of a change is that of the Services it concerns, whatever the size of the cluster.
 */
export class ClusterState {
  readonly #nodeName: string;
  readonly #serviceProxyName: string;
  readonly #services = new Map<ServiceKey, ServiceRecord>();
  readonly #slicesByService = new Map<ServiceKey, Map<SliceKey, EndpointSliceRecord>>();
  readonly #serviceOfSlice = new Map<SliceKey, ServiceKey>();
  readonly #serviceCIDRs = new Map<string, ServiceCIDRRecord>();
  readonly #claims = new Claims();
  #node: NodeRecord | undefined;
  #dirty = new Set<ServiceKey>();
  #nodeDirty = false;

  /**
   * `nodeName` is the node that this proxy runs on: of all Nodes only that one is kept. Services that name another
   * proxy than `serviceProxyName` are left to it; empty means this one serves those that name none.
   */
  constructor(nodeName: string, serviceProxyName = '') {
    this.#nodeName = nodeName;
    this.#serviceProxyName = serviceProxyName;
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'Service':
        this.#applyService(change.key, this.#serves(change.record) ? change.record : undefined);
        break;
      case 'EndpointSlice':
        this.#applySlice(change.key, change.record);
        break;
      case 'Node':
        this.#applyNode(change.key, change.record);
        break;
      case 'ServiceCIDR':
        this.#applyServiceCIDR(change.key, change.record);
        break;
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

  /** Services changed since the last call. After a change of the node or a ServiceCIDR every Service is among them. */
  takeDirty(): ReadonlySet<ServiceKey> {
    const dirty = this.#nodeDirty ? new Set([...this.#dirty, ...this.#services.keys()]) : this.#dirty;
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

  /** Services that ask for an address or a port that another one holds. */
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

  #applyService(key: ServiceKey, record: ServiceRecord | undefined): void {
    const previous = this.#services.get(key);
    if (previous === undefined && record === undefined) return;
    const affected = previous === undefined ? [] : this.#claims.remove(previous);
    if (record === undefined) this.#services.delete(key);
    else this.#services.set(key, record);
    const alsoAffected = record === undefined ? [] : this.#claims.add(record);
    for (const service of [key, ...affected, ...alsoAffected]) this.#dirty.add(service);
  }

  #serves(record: ServiceRecord | undefined): boolean {
    return record?.proxyName === this.#serviceProxyName;
  }

  #applySlice(key: SliceKey, record: EndpointSliceRecord | undefined): void {
    const previousService = this.#serviceOfSlice.get(key);
    if (previousService !== undefined && previousService !== record?.service) {
      this.#forgetSlice(previousService, key);
    }
    if (record === undefined) return;
    const slices = this.#slicesByService.get(record.service);
    if (slices === undefined) this.#slicesByService.set(record.service, new Map([[key, record]]));
    else slices.set(key, record);
    this.#serviceOfSlice.set(key, record.service);
    this.#dirty.add(record.service);
  }

  #forgetSlice(service: ServiceKey, key: SliceKey): void {
    const slices = this.#slicesByService.get(service);
    slices?.delete(key);
    if (slices?.size === 0) this.#slicesByService.delete(service);
    this.#serviceOfSlice.delete(key);
    this.#dirty.add(service);
  }

  #applyNode(name: string, record: NodeRecord | undefined): void {
    // The kubelet writes its Node's status every few minutes; little of that is kept, and seldom does it change.
    if (name !== this.#nodeName || isEqual(record, this.#node)) return;
    this.#node = record;
    this.#nodeDirty = true;
  }

  #applyServiceCIDR(name: string, record: ServiceCIDRRecord | undefined): void {
    if (record === undefined) this.#serviceCIDRs.delete(name);
    else this.#serviceCIDRs.set(name, record);
    this.#nodeDirty = true;
  }
}

function describeClaim(claim: string): string {
  const [address, protocol, port] = claim.split(' ');
  return address === 'node' ? `node port ${port}/${protocol}` : `${address} port ${port}/${protocol}`;
}

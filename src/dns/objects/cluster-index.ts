import isEqual from 'lodash/isEqual.js';
import type { Address } from '../../net/address.ts';
import type { DnsChange, EndpointSliceRecord, ServiceKey, ServiceRecord } from './records.ts';

/** The objects that names are made of, found by what questions ask for. */
export class ClusterIndex {
  /** How many objects are in the namespace; the Namespace itself is one. */
  readonly #namespaces = new Map<string, number>();
  readonly #services = new Map<string, ServiceRecord>();
  readonly #slices = new Map<string, EndpointSliceRecord>();
  readonly #slicesOf = new Lists<ServiceKey, EndpointSliceRecord>();
  readonly #servicesAt = new Lists<Address, ServiceRecord>();
  readonly #slicesAt = new Lists<Address, EndpointSliceRecord>();
  readonly #known = new Set<string>();

  /** Takes an object as it now is; returns whether anything has changed. */
  apply(change: DnsChange): boolean {
    switch (change.kind) {
      case 'Service':
        return this.#applyService(change.key, change.record);
      case 'EndpointSlice':
        return this.#applySlice(change.key, change.record);
      case 'Namespace':
        return this.#count('Namespace', change.key, change.key, change.record !== undefined);
    }
  }

  /** Files may have objects of a namespace without the Namespace. */
  hasNamespace(name: string): boolean {
    return this.#namespaces.has(name);
  }

  service(namespace: string, name: string): ServiceRecord | undefined {
    return this.#services.get(`${namespace}/${name}`);
  }

  slicesOf(service: ServiceKey): readonly EndpointSliceRecord[] {
    return this.#slicesOf.get(service);
  }

  /** The Services with this ClusterIP. */
  servicesAt(address: Address): readonly ServiceRecord[] {
    return this.#servicesAt.get(address);
  }

  /** The slices with an endpoint of this address. */
  slicesAt(address: Address): readonly EndpointSliceRecord[] {
    return this.#slicesAt.get(address);
  }

  #applyService(key: string, record: ServiceRecord | undefined): boolean {
    const before = this.#services.get(key);
    if (isEqual(before, record)) return false;
    for (const address of addressesOf(before)) this.#servicesAt.remove(address, before);
    for (const address of addressesOf(record)) this.#servicesAt.add(address, record);
    if (record === undefined) this.#services.delete(key);
    else this.#services.set(key, record);
    this.#count('Service', key, namespaceOf(key), record !== undefined);
    return true;
  }

  #applySlice(key: string, record: EndpointSliceRecord | undefined): boolean {
    const before = this.#slices.get(key);
    if (isEqual(before, record)) return false;
    if (before !== undefined) this.#slicesOf.remove(before.service, before);
    if (record !== undefined) this.#slicesOf.add(record.service, record);
    for (const address of endpointAddresses(before)) this.#slicesAt.remove(address, before);
    for (const address of endpointAddresses(record)) this.#slicesAt.add(address, record);
    if (record === undefined) this.#slices.delete(key);
    else this.#slices.set(key, record);
    this.#count('EndpointSlice', key, namespaceOf(key), record !== undefined);
    return true;
  }

  #count(kind: DnsChange['kind'], key: string, namespace: string, isThere: boolean): boolean {
    const id = `${kind} ${key}`;
    if (this.#known.has(id) === isThere) return false;
    if (isThere) this.#known.add(id);
    else this.#known.delete(id);
    const count = (this.#namespaces.get(namespace) ?? 0) + (isThere ? 1 : -1);
    if (count === 0) this.#namespaces.delete(namespace);
    else this.#namespaces.set(namespace, count);
    return true;
  }
}

/** Short lists by a key; none is kept empty. */
class Lists<K, V> {
  readonly #lists = new Map<K, readonly V[]>();

  get(key: K): readonly V[] {
    return this.#lists.get(key) ?? [];
  }

  add(key: K, value: V | undefined): void {
    if (value !== undefined) this.#lists.set(key, [...this.get(key), value]);
  }

  remove(key: K, value: V | undefined): void {
    const rest = this.get(key).filter((other) => other !== value);
    if (rest.length === 0) this.#lists.delete(key);
    else this.#lists.set(key, rest);
  }
}

function addressesOf(record: ServiceRecord | undefined): readonly Address[] {
  return record?.target.type === 'ClusterIP' ? record.target.addresses : [];
}

/** Each once. */
function endpointAddresses(record: EndpointSliceRecord | undefined): ReadonlySet<Address> {
  return new Set(record?.endpoints.map(({ address }) => address));
}

function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

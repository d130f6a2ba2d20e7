import type { Change } from '../../src/state/records.ts';
import { reduceObject } from '../../src/state/reduce-object.ts';
import { type ClusterSize, endpointAddresses, service, slice } from '../objects.ts';

/** A generated cluster that changes: each method returns how the objects are from now on. Services go by their numbers. */
export class ChangingCluster {
  readonly #endpoints: number;
  readonly #addresses: (readonly string[])[];
  #newAddresses = 0;

  constructor({ services, endpoints }: ClusterSize) {
    this.#endpoints = endpoints;
    this.#addresses = Array.from({ length: services }, (_, index) => endpointAddresses(index, endpoints));
  }

  /** Services that there are; the next one that is added has this number. */
  get services(): number {
    return this.#addresses.length;
  }

  /** How many endpoints a Service has now. */
  endpointsOf(index: number): number {
    return this.#addressesOf(index).length;
  }

  /** Puts an endpoint with a new address in the place of one. */
  replaceEndpoint(index: number, place: number): readonly Change[] {
    return this.#become(index, this.#addressesOf(index).with(place, this.#newAddress()));
  }

  removeEndpoint(index: number, place: number): readonly Change[] {
    return this.#become(index, this.#addressesOf(index).toSpliced(place, 1));
  }

  addEndpoint(index: number): readonly Change[] {
    return this.#become(index, [...this.#addressesOf(index), this.#newAddress()]);
  }

  /** Adds a Service with as many endpoints as each had at first. */
  addService(): readonly Change[] {
    const index = this.services;
    const { changes } = reduceObject(service(index));
    return [...changes, ...this.#become(index, endpointAddresses(index, this.#endpoints))];
  }

  #become(index: number, addresses: readonly string[]): readonly Change[] {
    this.#addresses[index] = addresses;
    return reduceObject(slice(index, addresses)).changes;
  }

  #addressesOf(index: number): readonly string[] {
    return this.#addresses[index] ?? [];
  }

  /** Of a part of the pods' network where no endpoint is at first. */
  #newAddress(): string {
    const number = this.#newAddresses++;
    return `10.${192 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  }
}

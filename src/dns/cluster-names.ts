import type { Address } from '../net/address.ts';
import type { DomainName } from '../net/dns/domain-name.ts';
import type { ClusterZone } from './answer/answer-question.ts';
import { ClusterIndex } from './objects/cluster-index.ts';
import type { DnsChange } from './objects/records.ts';

export interface ClusterNamesOptions {
  readonly domain: DomainName;
  /** Seconds. */
  readonly ttl: number;
  readonly ownAddresses: readonly Address[];
}

/** What names the cluster has by now. */
export class ClusterNames {
  readonly index = new ClusterIndex();
  #zone: ClusterZone;

  constructor(options: ClusterNamesOptions) {
    this.#zone = { ...options, serial: now() };
  }

  get zone(): ClusterZone {
    return this.#zone;
  }

  apply(changes: readonly DnsChange[]): void {
    const effective = changes.filter((change) => this.index.apply(change));
    if (effective.length > 0) this.#zone = { ...this.#zone, serial: now() };
  }
}

/** Seconds since the epoch, as a serial has 32 bits. */
function now(): number {
  return Math.floor(Date.now() / 1_000) % 0x1_0000_0000;
}

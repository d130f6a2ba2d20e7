import type { Chain } from '../../nftables/table/table.ts';
import type { Endpoint } from '../../plan/service-plan.ts';
import { packetsCounted } from '../../rules-text/nft/scan-rule.ts';
import { type Count, KernelCounter, type Reading, Tally } from './count.ts';

/** The traffic of an endpoint through one service port. */
export interface EndpointTraffic {
  readonly endpoint: Endpoint;
  /** Whether the objects and the table both have it, or only one of them. */
  readonly standing: 'programmed' | 'not-programmed' | 'not-in-objects';
  /** New connections. */
  readonly connections: Count;
}

/** Counts the traffic of an endpoint through one service port. */
export class EndpointCounts {
  readonly endpoint: Endpoint;
  readonly connections = new Tally();
  /** Whether the reading found it in the table. */
  isPresent = false;
  #rule: KernelCounter | undefined;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  begin(): void {
    this.isPresent = false;
    this.forgetRecent();
  }

  forgetRecent(): void {
    this.connections.recent = 0;
  }

  count(connections: number): void {
    this.isPresent = true;
    this.connections.add(connections);
  }

  /** With session affinity, an endpoint has a chain of its own with a counting rule. */
  countChain(chain: Chain | undefined, reading: Reading): void {
    const packets = chain?.rules.flatMap((rule) => packetsCounted(rule) ?? []).at(0);
    if (packets === undefined) return;
    this.#rule ??= new KernelCounter();
    this.count(this.#rule.advance(packets, reading));
  }
}

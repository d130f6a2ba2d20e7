import { slotCode } from '../../nftables/content/slot-code.ts';
import type { ChainName } from '../../nftables/names.ts';
import type { ChainQuestion } from '../../nftables/table-counters.ts';
import type { Endpoint } from '../../plan/service-plan.ts';
import { absent, advanced, type Count, Tally } from './count.ts';

/** The traffic of an endpoint through one service port. */
export interface EndpointTraffic {
  readonly endpoint: Endpoint;
  /** Whether the objects and the table both have it, or only one of them. */
  readonly standing: 'programmed' | 'not-programmed' | 'not-in-objects';
  /** New connections. */
  readonly connections: Count;
}

/** Counts the traffic of an endpoint through one service port. There may be 100,000, so this is one small object. */
export class EndpointCounts extends Tally implements EndpointTraffic {
  readonly endpoint: Endpoint;
  /** See `SlotContent`. */
  readonly code: number;
  /** Whether the plan has it. */
  isPlanned: boolean;
  /** Whether the reading found it in the table. */
  isPresent = false;

  constructor(endpoint: Endpoint, isPlanned: boolean) {
    super();
    this.endpoint = endpoint;
    this.code = slotCode(endpoint);
    this.isPlanned = isPlanned;
  }

  get standing(): EndpointTraffic['standing'] {
    if (!this.isPlanned) return 'not-in-objects';
    return this.isPresent ? 'programmed' : 'not-programmed';
  }

  get connections(): Count {
    return this;
  }

  begin(): void {
    this.isPresent = false;
    this.recent = 0;
  }

  count(connections: number): void {
    this.isPresent = true;
    this.add(connections);
  }
}

/** With session affinity, an endpoint has a chain of its own with a counting rule. */
export class ChainCounter implements ChainQuestion {
  readonly of = 'chain';
  readonly chain: ChainName;
  readonly endpoint: EndpointCounts;
  #packets: number;

  /** Goes on with the counter of `before`, the same chain of an earlier plan. */
  constructor(chain: ChainName, endpoint: EndpointCounts, before: ChainCounter | undefined) {
    this.chain = chain;
    this.endpoint = endpoint;
    this.#packets = before === undefined ? absent : before.#packets;
  }

  found(packets: number): void {
    this.endpoint.count(advanced(this.#packets, packets));
    this.#packets = packets;
  }

  missing(): void {
    this.#packets = absent;
  }
}

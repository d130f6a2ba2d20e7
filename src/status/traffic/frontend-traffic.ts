import type { Key } from '../../nftables/table/table.ts';
import type { CounterQuestion } from '../../nftables/table-counters.ts';
import type { Frontend, Route, ServicePortPlan } from '../../plan/service-plan.ts';
import { type Count, Tally } from './count.ts';
import { ElementCounter } from './element-counter.ts';
import type { FrontendElements } from './frontend-elements.ts';
import { type EndpointFinder, SlotCounters } from './slot-counters.ts';

/** The traffic of a frontend. */
export interface FrontendTraffic {
  readonly frontend: Frontend;
  readonly action: Route['action'];
  /** Whether the table has the elements that the plan calls for. */
  readonly standing: 'programmed' | 'not-programmed';
  /** New connections. */
  readonly connections: Count;
  /** Packets for new connections that were rejected or dropped for want of an endpoint. */
  readonly refused: Count;
}

/** Counts the traffic of one frontend by its elements. */
export class FrontendCounts implements FrontendTraffic {
  readonly frontend: Frontend;
  readonly action: Route['action'];
  readonly connections: Tally;
  readonly refused: Tally;
  /** In dispatch maps. */
  readonly key: Key;
  readonly #elements: readonly ElementCounter[];
  readonly #slots: readonly SlotCounters[];

  /** Continues the counts of `before`, the same frontend of an earlier plan. */
  constructor(
    frontend: Frontend,
    plan: ServicePortPlan,
    endpoints: EndpointFinder,
    { key, dispatch, slots }: FrontendElements,
    before?: FrontendCounts,
  ) {
    this.frontend = frontend;
    this.action = frontend.kind === 'ClusterIP' ? plan.internal.action : plan.external.action;
    this.connections = before?.connections ?? new Tally();
    this.refused = before?.refused ?? new Tally();
    this.key = key;
    // Slots count what they translate; endpoints of a port with affinity have none.
    const forwarded = plan.affinityTimeoutSeconds === undefined ? undefined : this.connections;
    this.#elements = dispatch.map((place) => {
      const counts = place.set.startsWith('no-endpoint-') ? this.refused : forwarded;
      return new ElementCounter(place, counts, ofSet(before === undefined ? [] : before.#elements, place));
    });
    this.#slots = slots.map(
      (place) =>
        new SlotCounters(
          place,
          this.connections,
          endpoints,
          ofSet(before === undefined ? [] : before.#slots, place),
        ),
    );
  }

  get standing(): FrontendTraffic['standing'] {
    const isThere = this.#elements.every(({ isPresent, isWanted }) => isPresent || !isWanted);
    return isThere ? 'programmed' : 'not-programmed';
  }

  /** Adds what a reading asks the table. */
  ask(questions: CounterQuestion[]): void {
    questions.push(...this.#elements, ...this.#slots);
  }

  forgetRecent(): void {
    this.connections.recent = 0;
    this.refused.recent = 0;
  }
}

function ofSet<T extends { readonly set: string }>(
  counters: readonly T[],
  { set }: Pick<T, 'set'>,
): T | undefined {
  return counters.find((counter) => counter.set === set);
}

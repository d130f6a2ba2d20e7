import type { DispatchSet } from '../../nftables/names.ts';
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
  /** Those that it must have by the plan. */
  readonly #elements: readonly ElementCounter[];
  /** One that it has by another plan. */
  readonly #other: ElementCounter | undefined;
  readonly #slots: readonly SlotCounters[];

  /** Continues the counts of `before`, the same frontend of an earlier plan. */
  constructor(
    frontend: Frontend,
    plan: ServicePortPlan,
    endpoints: EndpointFinder,
    { key, wanted, other, slots }: FrontendElements,
    before?: FrontendCounts,
  ) {
    this.frontend = frontend;
    this.action = frontend.kind === 'ClusterIP' ? plan.internal.action : plan.external.action;
    this.connections = before?.connections ?? new Tally();
    this.refused = before?.refused ?? new Tally();
    this.key = key;
    // Slots count what they translate; endpoints of a port with affinity have none.
    const forwarded = plan.affinityTimeoutSeconds === undefined ? undefined : this.connections;
    const counter = (set: DispatchSet, otherwise?: ElementCounter) => {
      const counts = set.startsWith('no-endpoint-') ? this.refused : forwarded;
      const made = new ElementCounter(set, key, counts, otherwise);
      const same = before === undefined ? undefined : before.#counterOf(set);
      if (same !== undefined) made.continue(same);
      return made;
    };
    this.#other = other && counter(other);
    const otherwise = hasEither(frontend) ? this.#other : undefined;
    this.#elements = wanted.map((set) => counter(set, otherwise));
    this.#slots = slots.map(
      (place) =>
        new SlotCounters(
          place,
          this.connections,
          endpoints,
          before === undefined ? undefined : before.#slots.find(({ set }) => set === place.set),
        ),
    );
  }

  get standing(): FrontendTraffic['standing'] {
    return this.#elements.every(({ isPresent }) => isPresent) ? 'programmed' : 'not-programmed';
  }

  /** Adds what a reading asks the table. */
  ask(questions: CounterQuestion[]): void {
    questions.push(...this.#elements, ...this.#slots);
    if (this.#other !== undefined && !hasEither(this.frontend)) questions.push(this.#other);
  }

  forgetRecent(): void {
    this.connections.recent = 0;
    this.refused.recent = 0;
  }

  #counterOf(set: DispatchSet): ElementCounter | undefined {
    return this.#other?.set === set ? this.#other : this.#elements.find((element) => element.set === set);
  }
}

/** A ClusterIP leads to endpoints or has none, whatever the plan; other frontends may do one for pods and the other for all else. */
function hasEither({ kind }: Frontend): boolean {
  return kind === 'ClusterIP';
}

import { endpointChains } from '../../nftables/content/affinity-chains.ts';
import { parseSlotData, slotData } from '../../nftables/content/slots.ts';
import type { ChainName } from '../../nftables/names.ts';
import type { Chain, Data } from '../../nftables/table/table.ts';
import type { ServicePortPlan } from '../../plan/service-plan.ts';
import type { Reading } from './count.ts';
import { EndpointCounts, type EndpointTraffic } from './endpoint-traffic.ts';
import {
  FrontendCounts,
  type FrontendTraffic,
  frontendElements,
  type TableContext,
} from './frontend-traffic.ts';

/** The traffic of a service port in one family. */
export interface PortTraffic {
  readonly plan: ServicePortPlan;
  readonly frontends: readonly FrontendTraffic[];
  /** In the order of the plan; endpoints that only the table has come last. */
  readonly endpoints: readonly EndpointTraffic[];
}

/** Counts the traffic of one service port, from reading to reading. */
export class PortCounts implements PortTraffic {
  readonly plan: ServicePortPlan;
  readonly frontends: readonly FrontendCounts[];
  readonly #planned: ReadonlyMap<Data, EndpointCounts>;
  /** Endpoints that are in the table, or were at the last reading, but not in the plan. */
  readonly #others: Map<Data, EndpointCounts>;
  readonly #chains: readonly (readonly [ChainName, EndpointCounts])[];
  #wasRead: boolean;

  /** Continues the counts of `before`, the same port of an earlier plan. */
  constructor(plan: ServicePortPlan, context: TableContext, before?: PortCounts) {
    this.plan = plan;
    const known = new Map(before === undefined ? [] : [...before.#planned, ...before.#others]);
    this.#planned = new Map(
      plan.endpoints.reachable.map((endpoint) => {
        const data = slotData(endpoint);
        return [data, known.get(data) ?? new EndpointCounts(endpoint)];
      }),
    );
    this.#others = new Map([...known].filter(([data]) => !this.#planned.has(data)));
    this.frontends = this.#countFrontends(context, before?.frontends ?? []);
    this.#chains = this.#findChains(context);
    this.#wasRead = before === undefined ? false : before.#wasRead;
  }

  get endpoints(): readonly EndpointTraffic[] {
    const planned = [...this.#planned.values()].map(
      ({ endpoint, connections, isPresent }): EndpointTraffic => ({
        endpoint,
        connections,
        standing: isPresent ? 'programmed' : 'not-programmed',
      }),
    );
    const others = [...this.#others].sort(([a], [b]) => (a < b ? -1 : 1));
    return planned.concat(
      others.map(([, { endpoint, connections }]) => ({ endpoint, connections, standing: 'not-in-objects' })),
    );
  }

  /** Begins a reading, during which the frontends count elements. */
  begin(): void {
    for (const counts of this.#counts()) counts.begin();
  }

  /** Ends a reading with the chains of the table, whose rules count endpoints of Services with affinity. */
  end(chains: ReadonlyMap<ChainName, Chain>, reading: Reading): void {
    for (const [name, counts] of this.#chains) counts.countChain(chains.get(name), reading);
    for (const [data, { isPresent }] of this.#others) if (!isPresent) this.#others.delete(data);
    // What the first reading finds may have been counted long ago.
    if (!this.#wasRead) for (const counts of this.#counts()) counts.forgetRecent();
    this.#wasRead = true;
  }

  endpointOf(data: Data): EndpointCounts | undefined {
    const known = this.#planned.get(data) ?? this.#others.get(data);
    if (known !== undefined) return known;
    const endpoint = parseSlotData(data);
    if (endpoint === undefined) return undefined;
    const counts = new EndpointCounts(endpoint);
    this.#others.set(data, counts);
    return counts;
  }

  *#counts(): Iterable<FrontendCounts | EndpointCounts> {
    yield* this.frontends;
    yield* this.#planned.values();
    yield* this.#others.values();
  }

  /** Of frontends on the same address and port, the first has the elements. */
  #countFrontends(context: TableContext, before: readonly FrontendCounts[]): readonly FrontendCounts[] {
    const counts = new Map<string, FrontendCounts>();
    for (const frontend of this.plan.frontends) {
      const elements = frontendElements(frontend, this.plan, context);
      if (elements === undefined || counts.has(elements.key)) continue;
      const known = before.find((counts) => counts.elements.key === elements.key);
      counts.set(elements.key, new FrontendCounts(frontend, this.plan, this, elements, known));
    }
    return [...counts.values()];
  }

  #findChains({ options }: TableContext): readonly (readonly [ChainName, EndpointCounts])[] {
    if (this.plan.affinityTimeoutSeconds === undefined) return [];
    return [...this.#planned.values()].flatMap((counts) =>
      endpointChains(this.plan, [counts.endpoint], options).map(({ name }) => [name, counts] as const),
    );
  }
}

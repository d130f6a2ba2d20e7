import { serviceContent } from '../../nftables/content/service-content.ts';
import type { Shapes } from '../../nftables/content/shapes.ts';
import type { DispatchSet, SetName, SlotMap } from '../../nftables/names.ts';
import type { NftablesOptions } from '../../nftables/nftables-options.ts';
import type { Data, Key } from '../../nftables/table/table.ts';
import type { Frontend, Route, ServicePortPlan } from '../../plan/service-plan.ts';
import { type Count, KernelCounter, type Reading, Tally } from './count.ts';
import type { EndpointCounts } from './endpoint-traffic.ts';

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

/** What determines the elements of a plan. */
export interface TableContext {
  readonly options: NftablesOptions;
  readonly shapes: Shapes;
}

/** Finds endpoints by the data of slots. */
export interface EndpointFinder {
  /** `undefined` if the data is not an endpoint. */
  endpointOf(data: Data): EndpointCounts | undefined;
}

/** Counts the traffic of one frontend by its elements. */
export class FrontendCounts implements FrontendTraffic {
  readonly frontend: Frontend;
  readonly action: Route['action'];
  readonly connections: Tally;
  readonly refused: Tally;
  readonly elements: FrontendElements;
  readonly #endpoints: EndpointFinder;
  readonly #hasSlots: boolean;
  readonly #counters: Map<SetName, KernelCounter[]>;
  #found = 0;

  /** Continues the counts of `before`, the same frontend of an earlier plan. */
  constructor(
    frontend: Frontend,
    plan: ServicePortPlan,
    endpoints: EndpointFinder,
    elements: FrontendElements,
    before?: FrontendCounts,
  ) {
    this.frontend = frontend;
    this.action = frontend.kind === 'ClusterIP' ? plan.internal.action : plan.external.action;
    this.connections = before?.connections ?? new Tally();
    this.refused = before?.refused ?? new Tally();
    this.elements = elements;
    this.#endpoints = endpoints;
    this.#hasSlots = plan.affinityTimeoutSeconds === undefined;
    this.#counters = before === undefined ? new Map() : before.#counters;
  }

  get standing(): FrontendTraffic['standing'] {
    return this.#found === this.elements.wanted.size ? 'programmed' : 'not-programmed';
  }

  begin(): void {
    this.#found = 0;
    this.forgetRecent();
  }

  forgetRecent(): void {
    this.connections.recent = 0;
    this.refused.recent = 0;
  }

  /** A slot counts for the frontend and for its endpoint. */
  countSlot(map: SlotMap, slot: number, data: Data, packets: number, reading: Reading): void {
    const endpoint = this.#endpoints.endpointOf(data);
    if (endpoint === undefined) return;
    const connections = this.#counter(map, slot).advance(packets, reading, endpoint);
    this.connections.add(connections);
    endpoint.count(connections);
  }

  countDispatch(set: DispatchSet, packets: number, reading: Reading): void {
    if (this.elements.wanted.has(set)) this.#found += 1;
    const connections = this.#counter(set, 0).advance(packets, reading);
    if (set === 'no-endpoint-services' || set === 'no-endpoint-node-ports') this.refused.add(connections);
    else if (!this.#hasSlots) this.connections.add(connections);
  }

  #counter(set: SetName, slot: number): KernelCounter {
    const counters = this.#counters.get(set) ?? [];
    this.#counters.set(set, counters);
    const counter = counters[slot] ?? new KernelCounter();
    counters[slot] = counter;
    return counter;
  }
}

/** The elements of one frontend. */
export interface FrontendElements {
  /** Its key in dispatch maps. Frontends on the same address and port have the same key. */
  readonly key: Key;
  /** The maps that may have elements of it: the key, or for slot maps the prefix of the keys. */
  readonly keysBySet: ReadonlyMap<SetName, Key>;
  /** The maps that must have an element of it by the plan. */
  readonly wanted: ReadonlySet<DispatchSet>;
}

/** The elements of a frontend; `undefined` where its plan has none. */
export function frontendElements(
  frontend: Frontend,
  plan: ServicePortPlan,
  { shapes, options }: TableContext,
): FrontendElements | undefined {
  // One slot is enough: the number of slots does not change which maps they are in.
  const slots = {
    cluster: plan.endpoints.cluster.slice(0, 1),
    local: plan.endpoints.local.slice(0, 1),
  };
  const content = serviceContent([{ plan: { ...plan, frontends: [frontend] }, slots }], shapes, options);
  const wanted = new Map([...content.dispatch].filter(([set]) => set !== 'firewall'));
  const [key] = [...wanted.values()].flatMap((elements) => [...elements.keys()]);
  if (key === undefined) return undefined;
  const keysBySet = new Map<SetName, Key>();
  for (const set of dispatchOf(frontend)) keysBySet.set(set, key);
  for (const { map, frontend: start } of content.slotRanges) keysBySet.set(map, start);
  return { key, keysBySet, wanted: new Set(wanted.keys()) };
}

function dispatchOf({ kind }: Frontend): readonly DispatchSet[] {
  return kind === 'NodePort'
    ? ['node-ports', 'no-endpoint-node-ports']
    : ['services', 'no-endpoint-services'];
}

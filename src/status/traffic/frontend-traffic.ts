import { serviceContent } from '../../nftables/content/service-content.ts';
import type { Shapes } from '../../nftables/content/shapes.ts';
import type { DispatchSet, SetName, SlotMap } from '../../nftables/names.ts';
import type { NftablesOptions } from '../../nftables/nftables-options.ts';
import type { Data, Key } from '../../nftables/table/table.ts';
import type { Frontend, Route, ServicePortPlan } from '../../plan/service-plan.ts';
import { type Count, KernelCounter, type Reading, Tally } from './count.ts';
import type { EndpointCounts } from './endpoint-traffic.ts';

/** What a frontend got. */
export interface FrontendTraffic {
  readonly frontend: Frontend;
  readonly action: Route['action'];
  /** Whether the table has the elements that the plan asks for. */
  readonly standing: 'programmed' | 'not-programmed';
  /** New connections. */
  readonly connections: Count;
  /** Packets that asked for a connection and were rejected or dropped, since there is no endpoint. */
  readonly refused: Count;
}

/** What is needed to say which elements a plan makes. */
export interface TableTerms {
  readonly options: NftablesOptions;
  readonly shapes: Shapes;
}

/** The endpoints that a frontend's slots may name. */
export interface EndpointFinder {
  /** `undefined` where the data is no endpoint. */
  endpointOf(data: Data): EndpointCounts | undefined;
}

/** Counts what one frontend of a service port got, by its elements. */
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

  /** Goes on from `before`, the same frontend by an earlier plan. */
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
  takeSlot(map: SlotMap, slot: number, data: Data, packets: number, reading: Reading): void {
    const endpoint = this.#endpoints.endpointOf(data);
    if (endpoint === undefined) return;
    const connections = this.#counter(map, slot).advance(packets, reading, endpoint);
    this.connections.add(connections);
    endpoint.take(connections);
  }

  takeDispatch(set: DispatchSet, packets: number, reading: Reading): void {
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
  /** Its key in maps of all protocols. Frontends that answer on the same address and port have the same. */
  readonly key: Key;
  /** The sets that may have an element of it, with its key there, or with how its keys begin in slot maps. */
  readonly places: ReadonlyMap<SetName, Key>;
  /** Those that must be there by the plan. */
  readonly wanted: ReadonlySet<DispatchSet>;
}

/** The elements of a frontend; `undefined` where its plan makes none. */
export function frontendElements(
  frontend: Frontend,
  plan: ServicePortPlan,
  { shapes, options }: TableTerms,
): FrontendElements | undefined {
  // One slot stands for all: how many there are makes no difference to where they are.
  const slots = {
    cluster: plan.endpoints.cluster.slice(0, 1),
    local: plan.endpoints.local.slice(0, 1),
  };
  const content = serviceContent([{ plan: { ...plan, frontends: [frontend] }, slots }], shapes, options);
  const wanted = new Map([...content.dispatch].filter(([set]) => set !== 'firewall'));
  const [key] = [...wanted.values()].flatMap((elements) => [...elements.keys()]);
  if (key === undefined) return undefined;
  const places = new Map<SetName, Key>();
  for (const set of dispatchOf(frontend)) places.set(set, key);
  for (const { map, frontend: start } of content.slotRanges) places.set(map, start);
  return { key, places, wanted: new Set(wanted.keys()) };
}

function dispatchOf({ kind }: Frontend): readonly DispatchSet[] {
  return kind === 'NodePort'
    ? ['node-ports', 'no-endpoint-node-ports']
    : ['services', 'no-endpoint-services'];
}

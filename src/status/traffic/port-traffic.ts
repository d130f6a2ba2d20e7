import { chainOfEndpoint } from '../../nftables/content/affinity-chains.ts';
import { parseSlotData, slotData } from '../../nftables/content/slots.ts';
import type { CounterQuestion, SlotContent } from '../../nftables/table-counters.ts';
import type { ServicePortPlan } from '../../plan/service-plan.ts';
import { ChainCounter, EndpointCounts, type EndpointTraffic } from './endpoint-traffic.ts';
import { frontendElements, type TableContext } from './frontend-elements.ts';
import { FrontendCounts, type FrontendTraffic } from './frontend-traffic.ts';

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
  /** In the order of the plan. */
  readonly #planned: readonly EndpointCounts[];
  /** Endpoints that are in the table, or were at the last reading, but not in the plan. */
  #others: EndpointCounts[];
  readonly #chains: readonly ChainCounter[];
  #wasRead: boolean;

  /** Continues the counts of `before`, the same port of an earlier plan. */
  constructor(plan: ServicePortPlan, context: TableContext, before?: PortCounts) {
    this.plan = plan;
    const made = plan.endpoints.reachable.map((endpoint) => new EndpointCounts(endpoint, true));
    const { planned, others } = continued(made, before === undefined ? [] : before.#counts());
    this.#planned = planned;
    this.#others = others;
    this.frontends = this.#countFrontends(context, before?.frontends ?? []);
    this.#chains = this.#findChains(before === undefined ? [] : before.#chains);
    this.#wasRead = before === undefined ? false : before.#wasRead;
  }

  get endpoints(): readonly EndpointTraffic[] {
    if (this.#others.length === 0) return this.#planned;
    const others = this.#others.map((counts) => [slotData(counts.endpoint), counts] as const);
    const sorted = others.sort(([a], [b]) => (a < b ? -1 : 1));
    return [...this.#planned, ...sorted.map(([, counts]) => counts)];
  }

  /** Begins a reading, and adds what it asks the table. */
  begin(questions: CounterQuestion[]): void {
    for (const frontend of this.frontends) {
      frontend.forgetRecent();
      frontend.ask(questions);
    }
    questions.push(...this.#chains);
    for (const counts of this.#counts()) counts.begin();
  }

  /** Ends a reading, of which all questions have been answered. */
  end(): void {
    if (this.#others.some(({ isPresent }) => !isPresent))
      this.#others = this.#others.filter(({ isPresent }) => isPresent);
    if (this.#wasRead) return;
    // What the first reading finds may have been counted long ago.
    for (const counts of this.frontends) counts.forgetRecent();
    for (const counts of this.#counts()) counts.recent = 0;
    this.#wasRead = true;
  }

  endpointOf(slot: number, content: SlotContent): EndpointCounts | undefined {
    const { code } = content;
    const expected = this.#planned[slot];
    if (expected?.code === code) return expected;
    const known = withCode(this.#planned, code) ?? withCode(this.#others, code);
    if (known !== undefined) return known;
    const endpoint = parseSlotData(content.data);
    if (endpoint === undefined) return undefined;
    const counts = new EndpointCounts(endpoint, false);
    this.#others.push(counts);
    return counts;
  }

  #counts(): readonly EndpointCounts[] {
    return this.#others.length === 0 ? this.#planned : [...this.#planned, ...this.#others];
  }

  /** Of frontends on the same address and port, the first has the elements. */
  #countFrontends(context: TableContext, before: readonly FrontendCounts[]): readonly FrontendCounts[] {
    const counts: FrontendCounts[] = [];
    for (const frontend of this.plan.frontends) {
      const elements = frontendElements(frontend, this.plan, context);
      if (elements === undefined || counts.some(({ key }) => key === elements.key)) continue;
      const known = before.find(({ key }) => key === elements.key);
      counts.push(new FrontendCounts(frontend, this.plan, this, elements, known));
    }
    return counts;
  }

  #findChains(before: readonly ChainCounter[]): readonly ChainCounter[] {
    if (this.plan.affinityTimeoutSeconds === undefined) return [];
    const known = new Map(before.map((counter) => [counter.chain, counter]));
    return this.#planned.map((counts) => {
      const chain = chainOfEndpoint(this.plan, counts.endpoint);
      return new ChainCounter(chain, counts, known.get(chain));
    });
  }
}

/** The counts of `before` in place of those that are made for the same endpoints, and what is left of them. */
function continued(
  made: readonly EndpointCounts[],
  before: readonly EndpointCounts[],
): { readonly planned: readonly EndpointCounts[]; readonly others: EndpointCounts[] } {
  if (before.length === 0) return { planned: made, others: [] };
  const known = new Map(before.map((counts) => [counts.code, counts]));
  const planned = made.map((counts) => {
    const same = known.get(counts.code) ?? counts;
    same.isPlanned = true;
    known.delete(counts.code);
    return same;
  });
  const others = [...known.values()];
  for (const counts of others) counts.isPlanned = false;
  return { planned, others };
}

function withCode(all: readonly EndpointCounts[], code: number): EndpointCounts | undefined {
  return all.find((counts) => counts.code === code);
}

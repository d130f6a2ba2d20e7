import { Shapes } from '../../nftables/content/shapes.ts';
import type { NftablesOptions } from '../../nftables/nftables-options.ts';
import type { CounterQuestion, TableCounters } from '../../nftables/table-counters.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { ServicePortPlan } from '../../plan/service-plan.ts';
import type { ServiceKey } from '../../state/records.ts';
import type { TableContext } from './frontend-elements.ts';
import { PortCounts, type PortTraffic } from './port-traffic.ts';

/** The traffic of one family's Services, by the counters of its table. */
export class TableTraffic {
  readonly #context: TableContext;
  readonly #services = new Map<ServiceKey, CountedService>();

  constructor(options: NftablesOptions) {
    this.#context = { options, shapes: new Shapes(options) };
  }

  /** Counts the ports of these plans, and no others, from now on. Counts so far are kept. */
  follow(plans: FamilyPlans): void {
    for (const service of this.#services.keys()) if (!plans.has(service)) this.#services.delete(service);
    for (const [service, ports] of plans) {
      const before = this.#services.get(service);
      if (before?.plans === ports) continue;
      const portBefore = ({ name }: ServicePortPlan) => before?.counts.find(({ plan }) => plan.name === name);
      const counts = ports.map((plan) => new PortCounts(plan, this.#context, portBefore(plan)));
      this.#services.set(service, { plans: ports, counts });
    }
  }

  /**
   * Reads the counters; tells whether there is a table. What an element counts between a reading and its removal is lost. Throws a
   * `ToolError`; the next reading makes up for this one.
   */
  async read(table: TableCounters): Promise<boolean> {
    const ports = [...this.ports];
    const questions: CounterQuestion[] = [];
    for (const port of ports) port.begin(questions);
    if (!(await table.read(questions))) return false;
    for (const port of ports) port.end();
    return true;
  }

  /** As of the last reading. */
  get ports(): IteratorObject<PortCounts & PortTraffic> {
    return this.#services.values().flatMap(({ counts }) => counts);
  }
}

interface CountedService {
  readonly plans: readonly ServicePortPlan[];
  readonly counts: readonly PortCounts[];
}

import { Shapes } from '../../nftables/content/shapes.ts';
import type { KernelTable } from '../../nftables/kernel-table.ts';
import { type DispatchSet, isSlotMap, type SetName } from '../../nftables/names.ts';
import type { NftablesOptions } from '../../nftables/nftables-options.ts';
import type { ListedElement } from '../../nftables/table/read-table.ts';
import type { Key } from '../../nftables/table/table.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { ServicePortName, ServicePortPlan } from '../../plan/service-plan.ts';
import type { ServiceKey } from '../../state/records.ts';
import type { Reading } from './count.ts';
import type { FrontendCounts, TableContext } from './frontend-traffic.ts';
import { PortCounts, type PortTraffic } from './port-traffic.ts';

/** The traffic of one family's Services, by the counters of its table. */
export class TableTraffic {
  readonly #context: TableContext;
  readonly #services = new Map<ServiceKey, CountedService>();
  #frontends = new Map<SetName, Map<Key, FrontendCounts>>();
  #reading: Reading = { number: 0, before: 0 };

  constructor(options: NftablesOptions) {
    this.#context = { options, shapes: new Shapes(options) };
  }

  /** Counts the ports of these plans, and no others, from now on. Counts so far are kept. */
  follow(plans: FamilyPlans): void {
    let changed = false;
    for (const service of this.#services.keys()) {
      if (!plans.has(service)) changed = this.#services.delete(service);
    }
    for (const [service, ports] of plans) {
      const before = this.#services.get(service);
      if (before?.plans === ports) continue;
      changed = true;
      const counts = ports.map((plan) => new PortCounts(plan, this.#context, before?.counts.get(plan.name)));
      this.#services.set(service, {
        plans: ports,
        counts: new Map(counts.map((port) => [port.plan.name, port])),
      });
    }
    if (changed) this.#frontends = byElement(this.#ports());
  }

  /**
   * Reads the table; tells whether it is there. What an element counts between a reading and its removal is lost. Throws a
   * `ToolError`; the next reading makes up for this one.
   */
  async read(table: KernelTable): Promise<boolean> {
    const { number, before } = this.#reading;
    const reading = { number: number + 1, before };
    this.#reading = reading;
    for (const port of this.#ports()) port.begin();
    const schema = await table.read({ onElement: (element) => this.#take(element, reading) });
    if (schema === undefined) return false;
    for (const port of this.#ports()) port.end(schema.chains, reading);
    this.#reading = { number: reading.number, before: reading.number };
    return true;
  }

  /** As of the last reading. */
  get ports(): Iterable<PortTraffic> {
    return this.#ports();
  }

  *#ports(): Iterable<PortCounts> {
    for (const { counts } of this.#services.values()) yield* counts.values();
  }

  #take({ set, key, data, packets }: ListedElement, reading: Reading): void {
    const frontends = this.#frontends.get(set);
    if (frontends === undefined) return;
    if (isSlotMap(set)) {
      const end = key.lastIndexOf(slotSeparator);
      const slot = Number(key.slice(end + slotSeparator.length));
      frontends.get(key.slice(0, end) as Key)?.countSlot(set, slot, data, packets, reading);
    } else frontends.get(key)?.countDispatch(set as DispatchSet, packets, reading);
  }
}

interface CountedService {
  readonly plans: readonly ServicePortPlan[];
  readonly counts: ReadonlyMap<ServicePortName, PortCounts>;
}

const slotSeparator = ' . ';

/** Frontends by map and key, or prefix of keys in slot maps. */
function byElement(ports: Iterable<PortCounts>): Map<SetName, Map<Key, FrontendCounts>> {
  const index = new Map<SetName, Map<Key, FrontendCounts>>();
  for (const { frontends } of ports) {
    for (const frontend of frontends) {
      for (const [set, key] of frontend.elements.keysBySet) {
        const entries = index.get(set) ?? new Map<Key, FrontendCounts>();
        index.set(set, entries.set(key, frontend));
      }
    }
  }
  return index;
}

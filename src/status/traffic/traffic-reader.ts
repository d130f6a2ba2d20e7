import { ToolError } from '../../backend/failure.ts';
import type { Family } from '../../net/family.ts';
import { tableName } from '../../nftables/names.ts';
import { type NftablesOptions, nftFamily } from '../../nftables/nftables-options.ts';
import type { TableCounters } from '../../nftables/table-counters.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { PortTraffic } from './port-traffic.ts';
import { TableTraffic } from './traffic.ts';

/** The plans whose traffic is read, and the options of their tables. */
export interface TrafficContext {
  readonly families: readonly Family[];
  readonly options: (family: Family) => NftablesOptions;
  /** The present plans. */
  readonly plans: (family: Family) => FamilyPlans;
}

/** Opens the counters of Portolan's table of a family, whether it is there or not. */
export type OpenCounters = (family: Family) => Promise<TableCounters>;

/** Reads the counters of the tables of several families. */
export class TrafficReader {
  readonly #open: OpenCounters;
  readonly #opened = new Map<Family, Promise<TableCounters>>();
  readonly #context: TrafficContext;
  readonly #tables: ReadonlyMap<Family, TableTraffic>;

  constructor(open: OpenCounters, context: TrafficContext) {
    this.#open = open;
    this.#context = context;
    this.#tables = new Map(
      context.families.map((family) => [family, new TableTraffic(context.options(family))]),
    );
  }

  /** Reads the counters of all plans' ports. Throws a `ToolError`. */
  async read(): Promise<readonly PortTraffic[]> {
    for (const [family, table] of this.#tables) table.follow(this.#context.plans(family));
    await Promise.all(this.#needed().map((family) => this.#readTable(family)));
    return this.ports;
  }

  /** As of the last reading. */
  get ports(): readonly PortTraffic[] {
    return [...this.#tables.values()].flatMap(({ ports }) => [...ports]);
  }

  /** The families with Services, or all where none has any: a family without Services need not have a table. */
  #needed(): readonly Family[] {
    const { families, plans } = this.#context;
    const used = families.filter((family) => plans(family).size > 0);
    return used.length > 0 ? used : families;
  }

  async #readTable(family: Family): Promise<void> {
    const opened = this.#opened.get(family) ?? this.#open(family);
    this.#opened.set(family, opened);
    const isThere = await this.#tables.get(family)?.read(await opened);
    if (isThere !== false) return;
    const title = `table ${nftFamily(family)} ${tableName}`;
    const reason = `there is no ${title}: this node has no ${family} rules of Portolan in mode nftables`;
    throw new ToolError('absent', reason);
  }
}

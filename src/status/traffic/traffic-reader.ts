import { ToolError } from '../../backend/failure.ts';
import type { Family } from '../../net/family.ts';
import type { NftTool } from '../../nftables/nft-tool.ts';
import type { NftablesOptions } from '../../nftables/nftables-options.ts';
import { tableWords } from '../../nftables/read-live-table.ts';
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

/** Reads the counters of the tables of several families. */
export class TrafficReader {
  readonly #tool: NftTool;
  readonly #context: TrafficContext;
  readonly #tables: ReadonlyMap<Family, TableTraffic>;

  constructor(tool: NftTool, context: TrafficContext) {
    this.#tool = tool;
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
    const words = tableWords(family);
    try {
      await this.#tables.get(family)?.read(this.#tool.list(words));
    } catch (error) {
      if (!(error instanceof ToolError) || error.failure !== 'absent') throw error;
      const reason = `there is no ${words.join(' ')}: this node has no ${family} rules of Portolan in mode nftables`;
      throw new ToolError('absent', reason, { cause: error });
    }
  }
}

import { ToolError } from '../../backend/failure.ts';
import type { Family } from '../../net/family.ts';
import { tableWords } from '../../nftables/live-table.ts';
import type { NftTool } from '../../nftables/nft-tool.ts';
import type { NftablesOptions } from '../../nftables/nftables-options.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { PortTraffic } from './port-traffic.ts';
import { TableTraffic } from './traffic.ts';

/** Whose traffic is read. */
export interface TrafficSubject {
  readonly families: readonly Family[];
  readonly options: (family: Family) => NftablesOptions;
  /** The plans as they now are. */
  readonly plans: (family: Family) => FamilyPlans;
}

/** Reads the counters of the tables of several families. */
export class TrafficReader {
  readonly #tool: NftTool;
  readonly #subject: TrafficSubject;
  readonly #tables: ReadonlyMap<Family, TableTraffic>;

  constructor(tool: NftTool, subject: TrafficSubject) {
    this.#tool = tool;
    this.#subject = subject;
    this.#tables = new Map(
      subject.families.map((family) => [family, new TableTraffic(subject.options(family))]),
    );
  }

  /** The ports of all plans with what the tables count for them by now. Throws a `ToolError`. */
  async read(): Promise<readonly PortTraffic[]> {
    for (const [family, table] of this.#tables) table.follow(this.#subject.plans(family));
    await Promise.all(this.#needed().map((family) => this.#readTable(family)));
    return this.ports;
  }

  /** As the last reading left them. */
  get ports(): readonly PortTraffic[] {
    return [...this.#tables.values()].flatMap(({ ports }) => [...ports]);
  }

  /** A family without any Service need not have a table, unless none has one. */
  #needed(): readonly Family[] {
    const { families, plans } = this.#subject;
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

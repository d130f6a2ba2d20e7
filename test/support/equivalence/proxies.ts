import type { Backend } from '../../../src/backend/backend.ts';
import { IptablesBackend } from '../../../src/iptables/backend.ts';
import { endpointChainName, isServiceChain } from '../../../src/iptables/chain-names.ts';
import { iptablesRuleFiles, nftablesSkeleton } from '../../../src/kernel/rule-files.ts';
import { type Family, families } from '../../../src/net/family.ts';
import { NftablesBackend } from '../../../src/nftables/backend.ts';
import { clientSetName } from '../../../src/nftables/names.ts';
import { formatTable } from '../../../src/nftables/table/format-table.ts';
import { PlanBook } from '../../../src/plan/plan-book.ts';
import type { ServicePortPlan } from '../../../src/plan/service-plan.ts';
import { readIptablesRules } from '../../../src/rules-text/iptables/read-rules.ts';
import { readNftListing } from '../../../src/rules-text/nft/read-listing.ts';
import type { Ruleset } from '../../../src/rules-text/ruleset.ts';
import { ClusterState } from '../../../src/state/cluster-state.ts';
import type { Change } from '../../../src/state/records.ts';
import { FakeNfTables } from '../fake-nf-tables.ts';
import { FakeRuleTool } from '../fake-rule-tool.ts';
import { Syncer } from '../sync/syncer.ts';
import type { Facts, Remembered } from './facts.ts';
import type { Mode } from './planned-cluster.ts';
import { factsOf, iptablesOptionsOf, nftablesOptionsOf, ownAddresses, type Settings } from './settings.ts';

/** A proxy from changes of objects to the text of the rules that its backends have made, both families. */
export interface PlayedProxy {
  readonly mode: Mode;
  /** Applies the changes, all of them. */
  apply(changes: readonly Change[]): Promise<void>;
  /** So many milliseconds pass: what is left over may go. */
  pass(milliseconds: number): Promise<void>;
  plans(family: Family): readonly ServicePortPlan[];
  facts(family: Family): Facts;
  /** What iptables-save or nft would print. */
  text(family: Family): string;
  /** The rules, read off that text. */
  ruleset(family: Family): Ruleset;
  /** These clients come by. Mode iptables keeps them elsewhere than in its rules: see `nodeView`. */
  remember(family: Family, remembered: readonly Remembered[]): void;
}

/** Of iptables, over fake tables. */
export function iptablesProxy(settings: Settings): IptablesProxy {
  return new IptablesProxy(settings);
}

/** Of nftables, over fake tables and a clock of its own. */
export function nftablesProxy(settings: Settings): NftablesProxy {
  return new NftablesProxy(settings);
}

/** What both have: objects, plans, and a syncer over the backends of both families. */
class Core {
  readonly state = new ClusterState('node-0');
  readonly book = new PlanBook(this.state);
  readonly settings: Settings;
  readonly syncer: Syncer;

  constructor(settings: Settings, backendOf: (family: Family, state: ClusterState) => Backend) {
    this.settings = settings;
    const { state } = this;
    const context = () => ({
      nodeName: state.nodeName,
      zone: state.node?.zone ?? '',
      nodeHints: true,
      nodeIPs: ownAddresses(state),
      holder: (claim: string) => state.holder(claim),
    });
    const backends = families.map((family) => backendOf(family, state));
    this.syncer = new Syncer(this.book, context, backends);
  }

  async apply(changes: readonly Change[]): Promise<void> {
    for (const change of changes) this.state.apply(change);
    if (this.state.nodeChanged) this.syncer.demandFull();
    for (const outcome of await this.syncer.sync()) {
      if (outcome.result === 'failed') throw outcome.error;
      const [problem] = outcome.refused;
      if (problem !== undefined) throw new Error(`${problem.object}: ${problem.reason}`);
    }
  }

  plans(family: Family): readonly ServicePortPlan[] {
    return [...this.book.plans(family).values()].flat();
  }

  facts(family: Family): Facts {
    return factsOf(this.settings, family, this.state);
  }
}

/** The rules of each family as they were read last: most questions are about a text that has not changed. */
class LastRead {
  readonly #read: (text: string, family: Family) => Ruleset['tables'];
  readonly #last = new Map<Family, { readonly text: string; readonly ruleset: Ruleset }>();

  constructor(read: (text: string, family: Family) => Ruleset['tables']) {
    this.#read = read;
  }

  ruleset(text: string, family: Family): Ruleset {
    const last = this.#last.get(family);
    if (last?.text === text) return last.ruleset;
    const ruleset = { family, tables: this.#read(text, family) };
    this.#last.set(family, { text, ruleset });
    return ruleset;
  }
}

class IptablesProxy implements PlayedProxy {
  readonly mode = 'iptables';
  readonly #read = new LastRead((text, family) => readIptablesRules(text, { family }));
  readonly #tools: Readonly<Record<Family, FakeRuleTool>>;
  readonly #core: Core;

  constructor(settings: Settings) {
    const { batchSize } = settings;
    const tools = { IPv4: new FakeRuleTool(batchSize), IPv6: new FakeRuleTool(batchSize) };
    this.#tools = tools;
    this.#core = new Core(settings, (family, state) => {
      const options = async () => iptablesOptionsOf(settings, family, state);
      return new IptablesBackend(family, tools[family], iptablesRuleFiles(), options);
    });
  }

  apply = (changes: readonly Change[]) => this.#core.apply(changes);
  plans = (family: Family) => this.#core.plans(family);
  facts = (family: Family) => this.#core.facts(family);

  async pass(): Promise<void> {}
  remember(): void {}

  text(family: Family): string {
    return this.#tools[family].text();
  }

  ruleset(family: Family): Ruleset {
    return this.#read.ruleset(this.text(family), family);
  }

  /** All chains with their rules; in the chains that Services share, the order of these means nothing. */
  content(family: Family): unknown {
    return ['filter', 'nat'].map((table) =>
      [...this.#tools[family].chains(table)]
        .map(([chain, rules]) => ({ chain, rules: isServiceChain(chain) ? rules : rules.toSorted() }))
        .sort((a, b) => (a.chain < b.chain ? -1 : 1)),
    );
  }
}

class NftablesProxy implements PlayedProxy {
  readonly mode = 'nftables';
  readonly #read = new LastRead(readNftListing);
  readonly #tool = new FakeNfTables();
  readonly #core: Core;
  #now = 0;

  constructor(settings: Settings) {
    const skeleton = nftablesSkeleton();
    this.#core = new Core(settings, (family, state) => {
      const options = async () => nftablesOptionsOf(settings, family, state);
      return new NftablesBackend(family, this.#tool.open(family), skeleton, options, () => this.#now);
    });
  }

  apply = (changes: readonly Change[]) => this.#core.apply(changes);
  plans = (family: Family) => this.#core.plans(family);
  facts = (family: Family) => this.#core.facts(family);

  async pass(milliseconds: number): Promise<void> {
    const { syncer } = this.#core;
    this.#now += milliseconds;
    while (syncer.tidyDelay === 0) {
      await syncer.tidy();
      if (syncer.needsFull) throw new Error('what was left over could not be removed');
    }
  }

  text(family: Family): string {
    return [...formatTable(this.#tool.table(family), { family })].join('');
  }

  ruleset(family: Family): Ruleset {
    return this.#read.ruleset(this.text(family), family);
  }

  remember(family: Family, remembered: readonly Remembered[]): void {
    const { sets } = this.#tool.table(family);
    for (const { client, service, protocol, endpoint } of remembered) {
      const set = clientSetName(endpointChainName(service, protocol, endpoint));
      if (sets.has(set)) this.#tool.remember(family, set, client);
    }
  }

  /**
   * All chains with the number of their rules, and all sets with the keys of their elements. Which endpoint has which slot
   * is a matter of history.
   */
  content(family: Family): unknown {
    const { chains, sets, elements } = this.#tool.table(family);
    return {
      chains: [...chains.values()].map(({ name, rules }) => `${name}: ${rules.length}`).sort(),
      sets: [...sets.keys()]
        .map((name) => [name, ...[...(elements.get(name)?.keys() ?? [])].sort()])
        .sort(byName),
    };
  }
}

function byName([a = '']: readonly string[], [b = '']: readonly string[]): number {
  return a < b ? -1 : 1;
}

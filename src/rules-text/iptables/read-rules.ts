import type { Family } from '../../net/family.ts';
import type { Rule } from '../rule.ts';
import type { BaseChain, RuleTable } from '../ruleset.ts';
import { indexSave, type SavedChain, type SavedTable } from './index-save.ts';
import { builtInChains } from './iptables-base-chains.ts';
import { readRule } from './read-iptables-rule.ts';
import { readSaveLines, SaveLine } from './save-line.ts';
import type { IptablesVariant } from './variants.ts';

export interface ReadOptions {
  readonly family: Family;
  /** Names the tables: `iptables-nft nat`. */
  readonly variant?: IptablesVariant | undefined;
}

/**
 * Reads what iptables-save or ip6tables-save printed, or what `portolan render` prints for iptables-restore. Of a text
 * that holds more than one listing, the other family's is passed over, and tables of both variants stand side by side.
 * The rules of a chain are read as it is asked for. Throws a `SavedRulesError`, which names the line.
 */
export function readIptablesRules(text: string, { family, variant }: ReadOptions): readonly RuleTable[] {
  const tables = indexSave(text, family);
  const variants = new Set(tables.map((table) => table.variant));
  return tables.map((table) => {
    const own = variants.size > 1 ? table.variant : variant;
    const program = own === undefined ? 'iptables' : `iptables-${own}`;
    return new SavedRuleTable(`${program} ${table.name}`, text, table, family);
  });
}

/** Reads one rule as `iptables -S CHAIN` prints it: `-A CHAIN …`. Reads any text; what has no meaning is unknown. */
export function readIptablesRule(text: string, family: Family): Rule {
  const line = new SaveLine();
  return readRule(line.read(text) === 'rule' ? line.rule : text.trim(), family, undefined);
}

class SavedRuleTable implements RuleTable {
  readonly name: string;
  readonly language = 'iptables';
  readonly baseChains: readonly BaseChain[];
  readonly #text: string;
  readonly #family: Family;
  readonly #chains: ReadonlyMap<string, SavedChain>;
  readonly #read = new Map<string, readonly Rule[]>();

  constructor(name: string, text: string, table: SavedTable, family: Family) {
    this.name = name;
    this.baseChains = baseChainsOf(table);
    this.#text = text;
    this.#family = family;
    this.#chains = table.chains;
  }

  chain(name: string): readonly Rule[] | 'absent' {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const chain = this.#chains.get(name);
    if (chain === undefined) return 'absent';
    const rules = this.#readRules(chain);
    this.#read.set(name, rules);
    return rules;
  }

  /** iptables has no sets of its own; those of ipset stand elsewhere. */
  set(): 'absent' {
    return 'absent';
  }

  #readRules({ runs }: SavedChain): readonly Rule[] {
    const rules: Rule[] = [];
    const hasChain = (name: string) => this.#chains.has(name);
    for (const { start, end } of runs ?? []) {
      readSaveLines(this.#text.slice(start, end), (line) => {
        if (line.kind === 'rule') rules.push(readRule(line.rule, this.#family, hasChain));
      });
    }
    return rules;
  }
}

/** Those that the save has; a hook without them changes nothing. */
function baseChainsOf({ name, chains }: SavedTable): readonly BaseChain[] {
  return builtInChains[name].flatMap((chain) => {
    const saved = chains.get(chain.name);
    return saved === undefined
      ? []
      : [{ ...chain, policy: saved.policy === 'DROP' ? ('drop' as const) : ('accept' as const) }];
  });
}

import { builtInChains } from './iptables-base-chains.ts';
import { readSaveLines } from './save-line.ts';

/**
 * The lines of what iptables-save prints and iptables-restore takes. A rule is what follows its chain, `-s 10.0.0.1/32 -j
 * ACCEPT`; rules and names come from checked values only, so none of them can end a line.
 */

/** Whatever it does with a table, in one go. */
export function tableSection(table: string, lines: string): string {
  return `${tableBegins(table)}${lines}${tableEnds}`;
}

export function tableBegins(table: string): string {
  return `*${table}\n`;
}

export const tableEnds = 'COMMIT\n';

/** Makes the chain; one of one's own that is there it empties (iptables-restore --noflush). */
export function chainDeclared(chain: string, policy = '-'): string {
  return `:${chain} ${policy} [0:0]\n`;
}

export function ruleAppended(chain: string, rule: string): string {
  return `-A ${chain} ${rule}\n`;
}

/** Before all others of the chain. */
export function ruleInserted(chain: string, rule: string): string {
  return `-I ${chain} 1 ${rule}\n`;
}

export function ruleDeleted(chain: string, rule: string): string {
  return `-D ${chain} ${rule}\n`;
}

/** The chain must be empty by then. */
export function chainDeleted(chain: string): string {
  return `-X ${chain}\n`;
}

/** Chains with their rules, table by table. */
export type Save = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** The policies of base chains in a save, by `table chain`. */
export type Policies = ReadonlyMap<string, string>;

/** A whole save. Base chains without a policy accept. */
export function saveText(tables: Save, policies: Policies): string {
  const sections = [...tables].map(([table, chains]) => {
    const heads = [...chains.keys()].map((chain) =>
      chainDeclared(chain, policies.get(`${table} ${chain}`) ?? (baseChains.has(chain) ? 'ACCEPT' : '-')),
    );
    const rules = [...chains].flatMap(([chain, own]) => own.map((rule) => ruleAppended(chain, rule)));
    return tableSection(table, [...heads, ...rules].join(''));
  });
  return sections.join('');
}

const baseChains: ReadonlySet<string> = new Set(
  Object.values(builtInChains).flatMap((chains) => chains.map(({ name }) => name)),
);

/** Those that a save declares. */
export function readPolicies(text: string): Policies {
  const policies = new Map<string, string>();
  let table = '';
  readSaveLines(text, (line) => {
    if (line.kind === 'table') table = line.name;
    else if (line.kind === 'chain' && line.policy !== '-') policies.set(`${table} ${line.name}`, line.policy);
  });
  return policies;
}

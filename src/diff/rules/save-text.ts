import type { SavedTables } from '../../iptables/saved-rules.ts';

/** The policies of base chains in a save, by `table chain`. */
export type Policies = ReadonlyMap<string, string>;

export function readPolicies(text: string): Policies {
  const policies = new Map<string, string>();
  let table = '';
  for (const [line] of text.matchAll(/^[*:].*$/gm)) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const [, chain, policy] = /^:(\S+) (ACCEPT|DROP)\b/.exec(line) ?? [];
    if (chain !== undefined && policy !== undefined) policies.set(`${table} ${chain}`, policy);
  }
  return policies;
}

/** Tables as iptables-save prints them. Base chains without a policy accept. */
export function formatSave(tables: SavedTables, policies: Policies): string {
  const parts = [...tables].map(([table, chains]) => {
    const heads = [...chains.keys()].map(
      (chain) => `:${chain} ${policyOf(chain, policies.get(`${table} ${chain}`))} [0:0]\n`,
    );
    const rules = [...chains].flatMap(([chain, own]) => own.map((rule) => `-A ${chain} ${rule}\n`));
    return `*${table}\n${heads.join('')}${rules.join('')}COMMIT\n`;
  });
  return parts.join('');
}

function policyOf(chain: string, policy: string | undefined): string {
  return policy ?? (baseChains.has(chain) ? 'ACCEPT' : '-');
}

const baseChains: ReadonlySet<string> = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);

import { inLab } from './lab.ts';

/** A rule of the nat table: the chain it is in, and the rest as iptables-save writes it, without its comment. */
export type Rule = { readonly chain: string; readonly text: string };

/** The rules of a port of a Service (`namespace/name:port`) on a node, from the chains that dispatch to it on to those of endpoints. */
export async function serviceRules(node: string, port: string): Promise<readonly Rule[]> {
  const saved = await inLab(node, ['iptables-save', '-t', 'nat']);
  const lines = saved.split('\n').filter((line) => line.startsWith('-A '));
  const byChain = Map.groupBy(lines.map(toRule), (rule) => rule.chain);
  const ofService = lines.filter((line) => line.includes(`"${port} `)).map(toRule);
  const entries = ['KUBE-SERVICES', 'KUBE-NODEPORTS'].flatMap((chain) =>
    ofService.filter((rule) => rule.chain === chain),
  );
  return [...entries, ...follow(entries, byChain)];
}

// Chains of the service only; what KUBE-MARK-MASQ does is common to all services.
function follow(entries: readonly Rule[], byChain: ReadonlyMap<string, readonly Rule[]>): Rule[] {
  const chains = new Set(entries.map(target));
  for (const chain of chains) for (const rule of byChain.get(chain) ?? []) chains.add(target(rule));
  return [...chains]
    .filter((chain) => /^KUBE-(EXT|SVC|SEP)-/.test(chain))
    .flatMap((chain) => byChain.get(chain) ?? []);
}

function toRule(line: string): Rule {
  const [, chain = '', text = ''] = /^-A (\S+) (.*)$/.exec(line) ?? [];
  return { chain, text: text.replace(/-m comment --comment ("[^"]*"|\S+) /, '') };
}

function target(rule: Rule): string {
  return / -[jg] (\S+)/.exec(` ${rule.text}`)?.[1] ?? '';
}

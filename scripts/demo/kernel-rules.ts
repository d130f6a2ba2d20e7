import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { inside } from './network.ts';
import type { Shop } from './shop.ts';

const deadline = 30_000;
const pause = 5;

/** A rule of the nat table: the chain it is in, and the rest as iptables-save writes it, without its comment. */
export type Rule = { readonly chain: string; readonly text: string };

/** Waits until the kernel sends the service to exactly these endpoints (`ip:port`). */
export async function waitForEndpoints(shop: Shop, endpoints: readonly string[]): Promise<void> {
  const wanted = endpoints.toSorted().join(', ');
  const timeout = AbortSignal.timeout(deadline);
  for (;;) {
    const seen = (await serviceRules(shop)).flatMap(destination).toSorted().join(', ');
    if (seen === wanted) return;
    if (timeout.aborted) throw new Error(`the kernel has the endpoints [${seen}], not [${wanted}]`);
    await setTimeout(pause);
  }
}

/** The rules of the service, from the chains that dispatch to it on to those of its endpoints. */
export async function serviceRules(shop: Shop): Promise<Rule[]> {
  const lines = (await iptablesSave('-t', 'nat')).filter((line) => line.startsWith('-A '));
  const byChain = Map.groupBy(lines.map(toRule), (rule) => rule.chain);
  const ofService = lines.filter((line) => line.includes(`${shop.service}:${shop.portName}`)).map(toRule);
  const entries = ['KUBE-SERVICES', 'KUBE-NODEPORTS'].flatMap((chain) =>
    ofService.filter((rule) => rule.chain === chain),
  );
  return [...entries, ...follow(entries, byChain)];
}

/** All rules of both families, as iptables-save and ip6tables-save write them. */
export async function allRules(): Promise<string[]> {
  const { stdout } = await execa(...inside('node', 'ip6tables-save'));
  return [...(await iptablesSave()), ...stdout.split('\n')];
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

function destination(rule: Rule): string[] {
  const address = /--to-destination (\S+)/.exec(rule.text)?.[1];
  return address === undefined ? [] : [address];
}

async function iptablesSave(...args: readonly string[]): Promise<string[]> {
  const { stdout } = await execa(...inside('node', 'iptables-save', ...args));
  return stdout.split('\n');
}

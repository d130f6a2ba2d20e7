import type { BaseChain, Hook } from '../ruleset.ts';

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';

/** A chain of iptables that a hook calls; its policy is the save's. */
export type BuiltInChain = Omit<BaseChain, 'policy'>;

/** The chains that tables have by themselves. Priorities are those of linux/netfilter_ipv4.h. */
export const builtInChains: Readonly<Record<TableName, readonly BuiltInChain[]>> = {
  raw: [chain('prerouting', 'filter', -300), chain('output', 'filter', -300)],
  mangle: [
    chain('prerouting', 'filter', -150),
    chain('input', 'filter', -150),
    chain('forward', 'filter', -150),
    // What it changes, marks above all, sends the packet through routing once more.
    chain('output', 'route', -150),
    chain('postrouting', 'filter', -150),
  ],
  nat: [
    chain('prerouting', 'nat', -100),
    chain('input', 'nat', 100),
    chain('output', 'nat', -100),
    chain('postrouting', 'nat', 100),
  ],
  filter: [chain('input', 'filter', 0), chain('forward', 'filter', 0), chain('output', 'filter', 0)],
  security: [chain('input', 'filter', 50), chain('forward', 'filter', 50), chain('output', 'filter', 50)],
};

export function isTableName(name: string): name is TableName {
  return Object.hasOwn(builtInChains, name);
}

/** Its name is the hook's, in capitals. */
function chain(hook: Hook, type: BaseChain['type'], priority: number): BuiltInChain {
  return { name: hook.toUpperCase(), hook, type, priority };
}

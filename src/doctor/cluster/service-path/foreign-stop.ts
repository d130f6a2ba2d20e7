import type { Hook } from '../../../rules-text/ruleset.ts';
import type { Outcome, Step, Trace } from '../../../trace/trace.ts';
import { isProxyRule } from '../proxies/chain-owner.ts';

/** A rule or policy that drops or rejects a packet and does not belong to a service proxy. */
export interface ForeignStop {
  readonly verdict: 'drop' | 'reject';
  readonly hook: Hook;
  readonly table: string;
  readonly chain: string;
  /** `undefined` for the policy of a base chain. */
  readonly rule: { readonly position: number; readonly text: string } | undefined;
  /** Where the packet was going to, `ip:port`. */
  readonly destination: string;
  /** Whether every such packet meets it, as far as can be known from here. */
  readonly certain: boolean;
}

/** The first foreign rule or policy that drops or rejects the packet, preferably one that certainly does. */
export function foreignStop({ path }: Trace): ForeignStop | undefined {
  const stops = [...endsOf(path)].flatMap((end) => stopOf(end) ?? []);
  return stops.find(({ certain }) => certain) ?? stops[0];
}

/** An end of a path, the step before it, and whether no unknown decided on the way there. */
interface PathEnd {
  readonly outcome: Outcome;
  readonly last: Step | undefined;
  readonly certain: boolean;
}

/** The ends of all branches. A fork that several branches lead to is visited once as certain and once as uncertain. */
function* endsOf(
  path: readonly Step[],
  certain = true,
  met = { true: new Set<Step>(), false: new Set<Step>() },
): Iterable<PathEnd> {
  const last = path.at(-1);
  if (last?.kind === 'end') yield { outcome: last.outcome, last: path.at(-2), certain };
  if (last?.kind !== 'fork' || met[`${certain}`].has(last)) return;
  met[`${certain}`].add(last);
  for (const branch of last.branches) yield* endsOf(branch.path, certain && branch.share !== undefined, met);
}

/** What drops or rejects a packet is the last step before the end. */
function stopOf({ outcome, last, certain }: PathEnd): ForeignStop | undefined {
  const { verdict, destination } = outcome;
  if (verdict !== 'drop' && verdict !== 'reject') return undefined;
  if (last?.kind !== 'rule' && last?.kind !== 'policy') return undefined;
  const { hook, table, chain } = last;
  const stop = { verdict, hook, table, chain, destination, certain };
  if (last.kind === 'policy') return { ...stop, rule: undefined };
  if (isProxyRule(table, chain)) return undefined;
  return { ...stop, rule: { position: last.position, text: last.rule } };
}

/** Whether the chain belongs to a network policy, which may drop packets on purpose. */
export function isNetworkPolicy({ table, chain }: ForeignStop): boolean {
  return (
    /^(cali[-:]|KUBE-(NWPLCY|POD-FW|ROUTER)-|WEAVE-NPC|CILIUM_)/.test(chain) ||
    /network-polic|calico$/.test(table)
  );
}

/** `the policy DROP of chain FORWARD (iptables filter, hook forward)`. */
export function describeStop({ hook, table, chain, rule }: ForeignStop): string {
  const place = `chain ${chain} (${table}, hook ${hook})`;
  return rule === undefined
    ? `the policy DROP of ${place}`
    : `rule ${rule.position} of ${place}: ${rule.text}`;
}

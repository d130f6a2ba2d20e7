import type { Hook } from '../../../rules-text/ruleset.ts';
import type { Outcome, RuleStep, Step, Trace } from '../../../trace/trace.ts';
import { isProxyRule } from '../proxies/chain-owner.ts';

/** One of the ways that a packet may take through the rules. */
export interface WayThrough {
  readonly outcome: Outcome;
  /** The rules that did something, in order. */
  readonly rules: readonly RuleStep[];
  /** The policy that ended it, where no rule did. */
  readonly policy: PolicyStep | undefined;
  /** Whether it depends on something that cannot be known from here. */
  readonly certain: boolean;
}

type PolicyStep = Extract<Step, { readonly kind: 'policy' }>;

/** All ways of a trace, one after another. */
export function waysOf({ path }: Trace): readonly WayThrough[] {
  return follow(path, { rules: [], policy: undefined, certain: true });
}

function follow(path: readonly Step[], before: Omit<WayThrough, 'outcome'>): readonly WayThrough[] {
  let { rules, policy } = before;
  for (const step of path) {
    if (step.kind === 'rule') rules = [...rules, step];
    if (step.kind === 'policy') policy = step;
    if (step.kind === 'end') return [{ ...before, outcome: step.outcome, rules, policy }];
    if (step.kind === 'fork') {
      return step.branches.flatMap((branch) =>
        follow(branch.path, {
          rules,
          policy,
          certain: before.certain && branch.share !== undefined,
        }),
      );
    }
  }
  return [];
}

/** What ends a way of a packet that is no service proxy's doing. */
export interface ForeignStop {
  readonly verdict: 'drop' | 'reject';
  readonly hook: Hook;
  readonly table: string;
  readonly chain: string;
  /** `undefined` for the policy of a base chain. */
  readonly rule: { readonly position: number; readonly text: string } | undefined;
  /** Where it was on its way to, `ip:port`. */
  readonly destination: string;
  /** Whether every packet of this kind meets it, as far as can be known from here. */
  readonly certain: boolean;
}

/** The first foreign rule or policy that drops or rejects the packet; one that surely does so comes first. */
export function foreignStop(trace: Trace): ForeignStop | undefined {
  const stops = waysOf(trace).flatMap((way) => stopOf(way) ?? []);
  return stops.find(({ certain }) => certain) ?? stops[0];
}

function stopOf({ outcome, rules, policy, certain }: WayThrough): ForeignStop | undefined {
  const { verdict, destination } = outcome;
  if (verdict !== 'drop' && verdict !== 'reject') return undefined;
  if (policy !== undefined) {
    const { hook, table, chain } = policy;
    return { verdict, hook, table, chain, rule: undefined, destination, certain };
  }
  const last = rules.at(-1);
  if (last === undefined || isProxyRule(last.table, last.chain)) return undefined;
  const { hook, table, chain, position, rule } = last;
  return { verdict, hook, table, chain, rule: { position, text: rule }, destination, certain };
}

/** Whether a chain of a network policy, which may well be meant to drop. */
export function isNetworkPolicy({ table, chain }: ForeignStop): boolean {
  return (
    /^(cali[-:]|KUBE-(NWPLCY|POD-FW|ROUTER)-|WEAVE-NPC|CILIUM_)/.test(chain) ||
    /network-polic|calico$/.test(table)
  );
}

/** What drops it, in words: `the policy DROP of chain FORWARD (iptables filter, hook forward)`. */
export function describeStop({ hook, table, chain, rule }: ForeignStop): string {
  const place = `chain ${chain} (${table}, hook ${hook})`;
  return rule === undefined
    ? `the policy DROP of ${place}`
    : `rule ${rule.position} of ${place}: ${rule.text}`;
}

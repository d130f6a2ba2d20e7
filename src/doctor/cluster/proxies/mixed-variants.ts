import type { IptablesHolding } from '../../../kernel/live-view.ts';
import { ruleTarget } from '../../../rules-text/iptables/rule-options.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../few.ts';
import { chainProgram } from './chain-owner.ts';

/** Rules in both iptables-nft and iptables-legacy: each tool sees only its own, while the kernel runs both. */
export function judgeIptablesVariants(holdings: readonly IptablesHolding[]): readonly Finding[] {
  const [nft, legacy] = (['nft', 'legacy'] as const).map((variant) =>
    summarize(holdings.filter((holding) => holding.variant === variant)),
  );
  if (nft === undefined || legacy === undefined) return [];
  const looked = `iptables-nft: ${describe(nft)}; iptables-legacy: ${describe(legacy)}`;
  if (nft.rules === 0 || legacy.rules === 0) {
    const used =
      nft.rules > 0 ? 'iptables-nft only' : legacy.rules > 0 ? 'iptables-legacy only' : 'no iptables';
    return [{ severity: 'ok', looked, finding: `rules stand in ${used}` }];
  }
  return [nft.hasServices && legacy.hasServices ? servicesInBoth(looked) : rulesInBoth(looked, nft, legacy)];
}

interface Summary {
  readonly rules: number;
  readonly programs: readonly string[];
  /** Chains of Services. */
  readonly hasServices: boolean;
}

function summarize(holdings: readonly IptablesHolding[]): Summary {
  const programs = new Set<string>();
  let rules = 0;
  let hasServices = false;
  for (const { rules: saved } of holdings) {
    hasServices ||= saved.serviceChains.size > 0;
    rules += saved.serviceChains.size;
    for (const [table, chains] of saved.tables) {
      for (const [chain, own] of chains) {
        rules += own.length;
        for (const program of programsOf(table, chain, own)) programs.add(program);
      }
    }
  }
  return { rules, programs: [...programs].sort(), hasServices };
}

/** The programs that have rules in a chain; a jump from a built-in chain belongs to the program of its target. */
function programsOf(table: string, chain: string, rules: readonly string[]): readonly string[] {
  const program = chainProgram(table, chain);
  if (program !== undefined) return [program];
  const isOthers = rules.some((rule) => chainProgram(table, ruleTarget(rule)) === undefined);
  return isOthers ? [`chain ${chain}`] : [];
}

function describe({ rules, programs }: Summary): string {
  if (rules === 0) return 'no rules';
  return `${count(rules, 'rule')} (${few(programs, 6)})`;
}

function servicesInBoth(looked: string): Finding {
  return {
    severity: 'fault',
    looked,
    finding:
      'chains of Services (KUBE-SERVICES, KUBE-SVC-…) stand in iptables-nft and in iptables-legacy at once: whichever the kernel asks first decides, and the other one goes stale',
    next: 'portolan cleanup, then start Portolan again: it uses the variant that the kubelet does (--iptables-variant chooses)',
  };
}

function rulesInBoth(looked: string, nft: Summary, legacy: Summary): Finding {
  return {
    severity: 'warning',
    looked,
    finding: `both variants of iptables hold rules, iptables-nft those of ${few(nft.programs, 4)} and iptables-legacy those of ${few(legacy.programs, 4)}: the kernel runs both, and each program sees only its own`,
    next: 'update-alternatives --set iptables (and ip6tables) to one variant in the host and in every container that writes rules, then restart those or the node',
  };
}

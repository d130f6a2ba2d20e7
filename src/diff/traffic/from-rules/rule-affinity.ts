import type { Rule, Statement, Verdict } from '../../../rules-text/rule.ts';
import type { RuleTable } from '../../../rules-text/ruleset.ts';
import type { Affinity } from '../traffic-frontend.ts';

/** Session affinity of rules and the chains that they lead to, which remember clients by xt_recent or in a set. */
export function affinityOf(
  rules: readonly Rule[],
  table: RuleTable,
  chains: readonly string[] = rules.flatMap(chainsOfRule),
): Affinity {
  const seen = new Set<string>(chains);
  // Iterating a set includes what is added meanwhile.
  for (const name of seen) {
    const own = table.chain(name);
    if (typeof own === 'string') continue;
    for (const { statements } of own) {
      for (const statement of statements) {
        const affinity = ofStatement(statement);
        if (affinity !== undefined) return affinity;
      }
    }
    for (const chain of own.flatMap(chainsOfRule)) if (!shared.has(chain)) seen.add(chain);
  }
  return { kind: 'none' };
}

/** Chains that all Services share. */
const shared: ReadonlySet<string> = new Set(['KUBE-MARK-MASQ', 'KUBE-MARK-DROP', 'mark-for-masquerade']);

function ofStatement(statement: Statement): Affinity | undefined {
  if (statement.kind === 'set-update') return { kind: 'client', seconds: undefined };
  if (statement.kind !== 'recent' || statement.seconds === undefined) return undefined;
  return { kind: 'client', seconds: statement.seconds };
}

function chainsOfRule({ statements }: Rule): readonly string[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'verdict') return chainsOf(statement.verdict);
    if (statement.kind !== 'verdict-map' || statement.map.kind === 'named') return [];
    return statement.map.elements.flatMap(({ verdict }) => chainsOf(verdict));
  });
}

/** The chain that a verdict leads to. */
export function chainsOf(verdict: Verdict | undefined): readonly string[] {
  return verdict !== undefined && 'chain' in verdict ? [verdict.chain] : [];
}

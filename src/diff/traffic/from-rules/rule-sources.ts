import type { Address } from '../../../net/address.ts';
import { addressOf } from '../../../net/numbers.ts';
import type { Interval, Pattern, Rule, Statement } from '../../../rules-text/rule.ts';
import type { Ruleset, RuleTable } from '../../../rules-text/ruleset.ts';
import { chainsOf } from './rule-affinity.ts';
import { elementsOf, patternsOf, rulesOf } from './table-parts.ts';

/** What a proxy's rules reveal about the node and its pods. */
export interface RuleSources {
  /** The networks that the rules take for pods. */
  readonly podNetworks: readonly Interval[];
  /** An interface that pods come in by. */
  readonly podInterface: string | undefined;
  /** The addresses of the node that node ports answer on, where they are named. */
  readonly nodeAddresses: readonly Address[];
}

/** Reads the conditions that tell pods and node addresses from others. */
export function ruleSources(ruleset: Ruleset): RuleSources {
  const found = ruleset.tables.flatMap((table) =>
    rulesOnPods(table).flatMap(({ statements }) =>
      statements.flatMap((statement) => (statement.kind === 'match' ? [{ table, match: statement }] : [])),
    ),
  );
  return {
    podNetworks: found.flatMap(({ table, match }) => networksOf(match, table)),
    podInterface: found.flatMap(({ table, match }) => interfacesOf(match, table))[0],
    nodeAddresses: ruleset.tables.flatMap((table) => nodeAddressesOf(table, ruleset)),
  };
}

type Match = Statement & { kind: 'match' };

/** The rules of the dispatch chains and of the first Services: all Services have the same condition for pods. */
function rulesOnPods(table: RuleTable): readonly Rule[] {
  const dispatching = ['services', 'KUBE-SERVICES'].flatMap((name) => rulesOf(table, name));
  const chains = dispatching
    .slice(0, enough)
    .flatMap(({ statements }) =>
      statements.flatMap((statement) => (statement.kind === 'verdict' ? chainsOf(statement.verdict) : [])),
    );
  return [
    ...dispatching,
    ...chains.filter((name) => /^KUBE-(SVC|EXT)-/.test(name)).flatMap((name) => rulesOf(table, name)),
  ];
}

const enough = 500;

/**
 * Networks of a negated source match: whoever is in none of them is outside the cluster. Single addresses are
 * endpoints.
 */
function networksOf({ value, test }: Match, table: RuleTable): readonly Interval[] {
  if (value.kind !== 'field' || value.field !== 'source-address') return [];
  const isNegated = test.kind === 'in' ? test.negated : test.kind === 'compare' && test.operator === '!=';
  if (!isNegated) return [];
  return patternsOf(test, table).flatMap((pattern) =>
    typeof pattern === 'object' && 'from' in pattern && pattern.to > pattern.from ? [pattern] : [],
  );
}

/** `cbr0`; for `veth+` some name with that prefix. */
function interfacesOf({ value, test }: Match, table: RuleTable): readonly string[] {
  if (value.kind !== 'field' || value.field !== 'input-interface') return [];
  return patternsOf(test, table).flatMap((pattern) => {
    if (typeof pattern === 'string') return [pattern];
    return typeof pattern === 'object' && 'prefix' in pattern ? [`${pattern.prefix}0`] : [];
  });
}

/** The elements of kube-proxy's set, or the destinations of rules that lead to node ports. */
function nodeAddressesOf(table: RuleTable, { family }: Ruleset): readonly Address[] {
  const named = elementsOf(table, 'nodeport-ips').flatMap(({ key: [address] }) => address ?? []);
  const asked = rulesOf(table, 'KUBE-SERVICES')
    .filter(({ statements }) => statements.some(leadsToNodePorts))
    .flatMap(({ statements }) => statements.flatMap((statement) => destinationsOf(statement, table)));
  return [...named, ...asked].flatMap((address) =>
    typeof address === 'bigint' ? [addressOf(address, family)] : [],
  );
}

function leadsToNodePorts(statement: Statement): boolean {
  return statement.kind === 'verdict' && chainsOf(statement.verdict).includes('KUBE-NODEPORTS');
}

function destinationsOf(statement: Statement, table: RuleTable): readonly Pattern[] {
  if (statement.kind !== 'match' || statement.value.kind !== 'field') return [];
  const { value, test } = statement;
  const isNegated = test.kind === 'in' ? test.negated : test.kind === 'compare' && test.operator !== '==';
  return value.field !== 'destination-address' || isNegated ? [] : patternsOf(test, table);
}

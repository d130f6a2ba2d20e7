import type { Family } from '../../../../src/net/family.ts';
import { readIptablesRules } from '../../../../src/rules-text/iptables/read-rules.ts';
import type { Expression, NatTarget, Rule, Statement } from '../../../../src/rules-text/rule.ts';

/** What the files of a rule set are named. */
export const savedFile: Readonly<Record<Family, string>> = {
  IPv4: 'iptables-save.txt',
  IPv6: 'ip6tables-save.txt',
};

/** A rule with the place where it stands. */
export interface PlacedRule extends Rule {
  readonly table: string;
  readonly chain: string;
}

/** Every rule of a save, by tables and chains in the order of their declarations. */
export function allRules(text: string, family: Family): readonly PlacedRule[] {
  return readIptablesRules(text, { family }).flatMap((table) =>
    chainsOf(text).flatMap((chain) => {
      const rules = table.chain(chain);
      return typeof rules === 'string' ? [] : rules.map((rule) => ({ ...rule, table: table.name, chain }));
    }),
  );
}

function chainsOf(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(/^:(\S+)/gm), ([, chain = '']) => chain))];
}

/** The rule and, indented below it, all in it that the trace cannot tell; nothing where it can tell all. */
export function unknownLines(rule: Rule): readonly string[] {
  const unknowns = rule.statements.flatMap(unknownsOf);
  return unknowns.length === 0 ? [] : [rule.text, ...unknowns.map((text) => `    ${text}`)];
}

function unknownsOf(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case 'unknown-match':
    case 'unknown-statement':
      return [statement.text];
    case 'assign':
      return unknownsIn(statement.value);
    case 'destination-nat':
    case 'source-nat':
      return partsOf(statement.to).flatMap(unknownsIn);
    default:
      return [];
  }
}

function partsOf(target: NatTarget): readonly Expression[] {
  if ('both' in target || 'addresses' in target) return [];
  return [target.address, target.port].filter((part) => part !== undefined);
}

function unknownsIn(expression: Expression): readonly string[] {
  return expression.kind === 'unknown' ? [expression.text] : [];
}

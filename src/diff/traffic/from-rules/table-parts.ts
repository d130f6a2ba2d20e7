import type { Element, Pattern, Rule, Test } from '../../../rules-text/rule.ts';
import type { RuleTable } from '../../../rules-text/ruleset.ts';

/** The rules of a chain; empty where there is no such chain. */
export function rulesOf(table: RuleTable, name: string): readonly Rule[] {
  const rules = table.chain(name);
  return typeof rules === 'string' ? [] : rules;
}

/** The elements of a set or map; empty where there is no such set. */
export function elementsOf(table: RuleTable, name: string): readonly Element[] {
  const set = table.set(name);
  if (typeof set === 'string') return [];
  const elements = set.elements();
  return elements === 'unread' ? [] : [...elements];
}

/** The patterns that a test compares a field with, whether negated or not. */
export function patternsOf(test: Test, table: RuleTable): readonly Pattern[] {
  if (test.kind === 'any-bit') return [];
  if (test.kind === 'compare') {
    const { with: other } = test;
    return other.kind === 'value' && typeof other.value !== 'object' ? [other.value] : [];
  }
  const elements =
    test.elements.kind === 'inline' ? test.elements.elements : elementsOf(table, test.elements.name);
  return elements.flatMap(({ key }) => (key.length === 1 ? key : []));
}

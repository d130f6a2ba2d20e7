import { addressNumber } from '../net/numbers.ts';
import type { Field, Rule, Statement } from '../rules-text/rule.ts';
import type { PacketState } from './rule/packet-state.ts';

/** A rule with its place in the chain, from 1. */
export interface PlacedRule {
  readonly rule: Rule;
  readonly position: number;
}

/**
 * The rules of a chain that a packet can match, in their order: all but those that ask for another single destination or
 * port. Chains that dispatch to Services have a rule for each, and a comparison walks thousands of packets.
 */
export function rulesFor(rules: readonly Rule[], { destination, port }: PacketState): readonly PlacedRule[] {
  const { others, byAddress, byPort, ofPorts } = indexOf(rules);
  const its = [
    ...(byAddress.get(addressNumber(destination)) ?? []),
    ...(port === undefined ? ofPorts : (byPort.get(BigInt(port)) ?? [])),
  ];
  return its.length === 0 ? others : [...its, ...others].sort((a, b) => a.position - b.position);
}

interface RuleIndex {
  readonly byAddress: ReadonlyMap<bigint, readonly PlacedRule[]>;
  readonly byPort: ReadonlyMap<bigint, readonly PlacedRule[]>;
  /** All that are in `byPort`. */
  readonly ofPorts: readonly PlacedRule[];
  readonly others: readonly PlacedRule[];
}

const indexes = new WeakMap<readonly Rule[], RuleIndex>();

function indexOf(rules: readonly Rule[]): RuleIndex {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const [byAddress, byPort] = [new Map<bigint, PlacedRule[]>(), new Map<bigint, PlacedRule[]>()];
  const [ofPorts, others]: [PlacedRule[], PlacedRule[]] = [[], []];
  for (const [at, rule] of rules.entries()) {
    const placed = { rule, position: at + 1 };
    const { destination: address, port } = rule.only ?? onlyOf(rule);
    if (address !== undefined) append(byAddress, address, placed);
    else if (port !== undefined) {
      append(byPort, port, placed);
      ofPorts.push(placed);
    } else others.push(placed);
  }
  const index = { byAddress, byPort, ofPorts, others };
  indexes.set(rules, index);
  return index;
}

function append(map: Map<bigint, PlacedRule[]>, key: bigint, placed: PlacedRule): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [placed]);
  else list.push(placed);
}

function onlyOf(rule: Rule): NonNullable<Rule['only']> {
  const destination = onlyValue(rule, 'destination-address');
  if (destination !== undefined) return { destination };
  const port = onlyValue(rule, 'destination-port');
  return port === undefined ? {} : { port };
}

/** The one value that a field must have for the rule to do anything. */
function onlyValue({ statements }: Rule, field: Field): bigint | undefined {
  for (const statement of statements) {
    if (statement.kind !== 'match') return undefined;
    const value = valueAsked(statement, field);
    if (value !== undefined) return value;
  }
  return undefined;
}

function valueAsked({ value, test }: Statement & { kind: 'match' }, field: Field): bigint | undefined {
  if (value.kind !== 'field' || value.field !== field) return undefined;
  if (test.kind === 'compare')
    return test.operator === '==' && test.with.kind === 'value' ? numberOf(test.with.value) : undefined;
  if (test.kind !== 'in' || test.negated || test.elements.kind !== 'inline') return undefined;
  const [element, ...more] = test.elements.elements;
  return more.length === 0 && element?.key.length === 1 ? numberOf(element.key[0]) : undefined;
}

function numberOf(value: unknown): bigint | undefined {
  return typeof value === 'bigint' ? value : undefined;
}

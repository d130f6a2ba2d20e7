import type { Family } from '../../../net/family.ts';
import type { Element, Expression, Field, Pattern, Scalar, Verdict } from '../../rule.ts';
import { type DataType, dataType } from '../expression/data-types.ts';

/** A key, or the data of a map, of these types, one a part: `10.96.0.10 . tcp . 53`. */
export function partsText(patterns: readonly Pattern[], types: readonly (DataType | undefined)[]): string {
  return patterns.map((pattern, at) => patternText(pattern, types[at])).join(' . ');
}

export function verdictText(verdict: Verdict): string {
  return 'chain' in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind;
}

/** The key of an element of which only the expression says what its numbers mean. */
export function keyText(key: Expression, element: Element, family: Family): string {
  const parts = key.kind === 'concatenation' ? key.parts : [key];
  return partsText(
    element.key,
    parts.map((part) => typeOf(part, family)),
  );
}

function patternText(pattern: Pattern, type: DataType | undefined): string {
  const format = (value: Scalar) => type?.format(value) ?? String(value);
  if (typeof pattern !== 'object') return format(pattern);
  if ('prefix' in pattern) return pattern.prefix === '' ? '*' : format(`${pattern.prefix}*`);
  return `${format(pattern.from)}-${format(pattern.to)}`;
}

/** Of marks, what is left of them by a mask is a mark, too. */
function typeOf(part: Expression, family: Family): DataType | undefined {
  if (part.kind === 'bits') return typeOf(part.left, family);
  if (part.kind !== 'field') return undefined;
  if (part.field.endsWith('-address')) return dataType(family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr');
  const name = typeNames[part.field];
  return name === undefined ? undefined : dataType(name);
}

const typeNames: Partial<Readonly<Record<Field, string>>> = {
  protocol: 'inet_proto',
  'nf-protocol': 'nf_proto',
  mark: 'mark',
  'ct-mark': 'mark',
  'ct-state': 'ct_state',
  'ct-status': 'ct_status',
  'ct-direction': 'ct_dir',
  'input-interface': 'ifname',
  'output-interface': 'ifname',
  'source-address-type': 'fib_addrtype',
  'destination-address-type': 'fib_addrtype',
  'tcp-flags': 'tcp_flag',
};

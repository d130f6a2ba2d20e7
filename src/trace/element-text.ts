import type { Family } from '../net/family.ts';
import { addressOf, protocolNumbers } from './numbers.ts';
import type { Element, Expression, Pattern } from './rule.ts';

/** The key of an element as nft writes it: `10.96.0.10 . tcp . 53`. What its numbers mean, the expression says. */
export function elementText(key: Expression, element: Element, family: Family): string {
  const parts = key.kind === 'concatenation' ? key.parts : [key];
  return element.key.map((pattern, at) => patternText(pattern, formOf(parts[at], family))).join(' . ');
}

type Form = (number: bigint) => string;

function formOf(part: Expression | undefined, family: Family): Form {
  if (part?.kind === 'bits') return hexadecimal;
  if (part?.kind !== 'field') return decimal;
  if (part.field.endsWith('-address')) return (number) => addressOf(number, family);
  if (part.field === 'protocol') return protocolName;
  return part.field === 'mark' || part.field === 'ct-mark' ? hexadecimal : decimal;
}

function patternText(pattern: Pattern, form: Form): string {
  if (typeof pattern === 'string') return pattern;
  if (typeof pattern === 'bigint') return form(pattern);
  return 'prefix' in pattern ? `${pattern.prefix}*` : `${form(pattern.from)}-${form(pattern.to)}`;
}

function protocolName(number: bigint): string {
  const found = Object.entries(protocolNumbers).find(([, known]) => known === number);
  return found?.[0].toLowerCase() ?? decimal(number);
}

const decimal: Form = (number) => String(number);
const hexadecimal: Form = (number) => `0x${number.toString(16)}`;

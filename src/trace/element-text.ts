import type { Family } from '../net/family.ts';
import { addressOf, protocolName } from '../net/numbers.ts';
import { patternText } from '../rules-text/elements.ts';
import type { Element, Expression } from '../rules-text/rule.ts';

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

const decimal: Form = (number) => String(number);
const hexadecimal: Form = (number) => `0x${number.toString(16)}`;

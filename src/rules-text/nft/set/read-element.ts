import type { Element, Pattern, Scalar, Verdict } from '../../rule.ts';
import type { DataType } from '../expression/data-types.ts';
import { parsePattern } from '../expression/patterns.ts';
import type { SetDeclaration } from '../listed-parts.ts';
import { elementParts } from './element-parts.ts';

/** Reads `10.0.0.1 . tcp . 80 counter packets 0 bytes 0 comment "x" : accept`. `undefined` where a part has no known form. */
export function readElement(
  text: string,
  key: readonly DataType[],
  data: SetDeclaration['data'],
): Element | undefined {
  const parts = elementParts(text);
  const patterns = readKey(parts.key, key);
  if (patterns === undefined) return undefined;
  const { comment, data: right } = parts;
  if (data === undefined || data === 'object' || right === undefined) return { key: patterns, comment };
  if (data === 'verdict') {
    const verdict = readVerdict(right);
    return verdict && { key: patterns, verdict, comment };
  }
  const values = readData(right, data);
  return values === undefined ? undefined : { key: patterns, data: values, comment };
}

function readKey(text: string, types: readonly DataType[]): readonly Pattern[] | undefined {
  const parts = text.split(' . ');
  // The default element has one star, of however many parts the others are.
  if (parts.length !== types.length && text !== '*') return undefined;
  const patterns: Pattern[] = [];
  for (const [at, part] of parts.entries()) {
    const type = types[at];
    const pattern = type === undefined ? undefined : parsePattern(part, type);
    if (pattern === undefined) return undefined;
    patterns.push(pattern);
  }
  return patterns;
}

/** Fewer parts than types: a map in a rule may give an address alone. */
function readData(text: string, types: readonly DataType[]): Element['data'] {
  const scalars: Scalar[] = [];
  for (const [at, part] of text.split(' . ').entries()) {
    const scalar = types[at]?.parse(part);
    if (scalar === undefined) return undefined;
    scalars.push(scalar);
  }
  return scalars.length === 1 ? scalars[0] : scalars;
}

/** `accept`, `jump chain` and so on; `undefined` where it is none of these. */
export function readVerdict(text: string): Verdict | undefined {
  const [kind, chain, ...rest] = text.split(' ');
  if (rest.length > 0) return undefined;
  if (kind === 'jump' || kind === 'goto') return chain === undefined ? undefined : { kind, chain };
  if (kind === 'accept' || kind === 'drop' || kind === 'return' || kind === 'continue')
    return chain === undefined ? { kind } : undefined;
  return undefined;
}

import type { Element, Pattern, Scalar, Verdict } from '../../rule.ts';
import type { DataType } from '../expression/data-types.ts';
import { parsePattern } from '../expression/patterns.ts';
import type { SetDeclaration } from '../listed-rules.ts';

/** Reads `10.0.0.1 . tcp . 80 counter packets 0 bytes 0 comment "x" : accept`. `undefined` where a part has no known form. */
export function readElement(
  text: string,
  key: readonly DataType[],
  data: SetDeclaration['data'],
): Element | undefined {
  const patterns = readKey(keyOf(text), key);
  if (patterns === undefined) return undefined;
  const comment = commentPattern.exec(text)?.[1] ?? '';
  const given = text.replace(commentPattern, '');
  const colon = given.lastIndexOf(separator);
  if (data === undefined || data === 'object' || colon === -1) return { key: patterns, comment };
  const right = given.slice(colon + separator.length).trim();
  if (data === 'verdict') {
    const verdict = readVerdict(right);
    return verdict && { key: patterns, verdict, comment };
  }
  const values = readData(right, data);
  return values === undefined ? undefined : { key: patterns, data: values, comment };
}

const separator = ' : ';
const commentPattern = / comment "([^"]*)"/;

/** What stands before the element's own statements, timeout, comment and data. */
export function keyOf(text: string): string {
  const match = keyPattern.exec(text);
  return match === null ? text : match[0];
}

/** Parts of a key are joined by points, flags of one part by bars. */
const keyPattern = /^\S+(?: [.|] \S+)*/;

/** The parts of a key as the listing has them. */
export function keyParts(key: string): readonly string[] {
  return key.split(' . ');
}

function readKey(text: string, types: readonly DataType[]): readonly Pattern[] | undefined {
  const parts = keyParts(text);
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
  for (const [at, part] of keyParts(text).entries()) {
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

/** The elements between the braces, each as a text; commas in comments are no borders. */
export function splitElements(text: string): string[] {
  const elements: string[] = [];
  let [start, at] = [0, 0];
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = text.indexOf('"', at + 1);
      at = end === -1 ? text.length : end;
    } else if (code === comma) {
      elements.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last !== '') elements.push(last);
  return elements;
}

const [quote, comma] = ['"'.charCodeAt(0), ','.charCodeAt(0)];

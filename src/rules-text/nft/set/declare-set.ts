import type { Family } from '../../../net/family.ts';
import { type DataType, dataType, opaque } from '../expression/data-types.ts';
import { readExpression } from '../expression/read-expression.ts';
import type { SetDeclaration } from '../listed-parts.ts';
import { UnsupportedSyntax, Words } from '../words.ts';

/** Reads what a set or map says of itself, line by line: `type ipv4_addr . inet_service : verdict`, `flags interval`. */
export function declareSet(
  kind: 'set' | 'map',
  name: string,
  properties: readonly string[],
  family: Family,
): SetDeclaration {
  const type = properties.map((line) => /^(type|typeof) (.*)$/.exec(line)).find((match) => match !== null);
  const [left = '', right] = (type?.[2] ?? '').split(' : ');
  const read = (text: string) => (type?.[1] === 'typeof' ? typesOf(text, family) : namedTypes(text));
  return {
    kind,
    name,
    key: read(left),
    data: kind === 'set' || right === undefined ? undefined : dataOf(right, read),
    givesRanges: right?.startsWith('interval ') === true,
    hasIntervals: properties.some((line) => /^flags .*\binterval\b/.test(line)),
  };
}

/** `verdict`; types; or a kind of object, such as `counter`. */
export function dataOf(text: string, read: (text: string) => readonly DataType[]): SetDeclaration['data'] {
  if (text === 'verdict') return 'verdict';
  if (objects.has(text)) return 'object';
  return read(text.replace(/^interval /, ''));
}

const objects: ReadonlySet<string> = new Set([
  'counter',
  'quota',
  'limit',
  'secmark',
  'synproxy',
  'ct helper',
  'ct timeout',
  'ct expectation',
]);

export function namedTypes(text: string): readonly DataType[] {
  return text.split(' . ').map(dataType);
}

/** The types of the expressions that `typeof` names. */
export function typesOf(text: string, family: Family): readonly DataType[] {
  const words = new Words(text);
  try {
    const { types } = readExpression(words, { family, declaration: () => undefined, block: () => '' });
    return words.isAtEnd ? types : [opaque(text)];
  } catch (error) {
    if (!(error instanceof UnsupportedSyntax)) throw error;
    return [opaque(text)];
  }
}

import type { Pattern } from '../../rule.ts';
import type { DataType } from './data-types.ts';

/** What every value falls into: nft's `*`. */
export const anything: Pattern = { prefix: '' };

/** A part of a key: a value, a range `a-b`, a network `a/n`, a name `a*` or `*`. `undefined` where it is none of these. */
export function parsePattern(text: string, type: DataType): Pattern | undefined {
  if (text === '*') return anything;
  const prefix = type.bits === 0 ? /^"?(.*[^\\])\*"?$/.exec(text)?.[1] : undefined;
  if (prefix !== undefined) return { prefix };
  return type.parse(text) ?? parseNetwork(text, type) ?? parseRange(text, type);
}

function parseRange(text: string, type: DataType): Pattern | undefined {
  const dash = text.indexOf('-');
  if (dash === -1) return undefined;
  const [from, to] = [type.parse(text.slice(0, dash)), type.parse(text.slice(dash + 1))];
  return typeof from === 'bigint' && typeof to === 'bigint' && from <= to ? { from, to } : undefined;
}

/** nft shortens whatever numbers have their first bits in common, marks and ports too. */
function parseNetwork(text: string, type: DataType): Pattern | undefined {
  const [, base, length] = /^(.+)\/(\d+)$/.exec(text) ?? [];
  if (base === undefined || type.bits === 0 || Number(length) > type.bits) return undefined;
  const address = type.parse(base);
  if (typeof address !== 'bigint') return undefined;
  const size = 1n << BigInt(type.bits - Number(length));
  const from = address - (address % size);
  return { from, to: from + size - 1n };
}

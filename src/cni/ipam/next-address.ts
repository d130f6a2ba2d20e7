import type { Address } from '../../net/address.ts';
import { familyOf } from '../../net/address.ts';
import { addressNumber, addressOf } from '../../net/numbers.ts';
import { type Range, type RangeSet, rangeContains } from './ranges.ts';

/**
 * The address that a container gets: the first free one behind the last that was given, around and around, so that an address
 * rests as long as possible before somebody else has it. `undefined` where none is free.
 */
export function nextAddress(
  ranges: RangeSet,
  isReserved: (address: Address) => boolean,
  last: Address | undefined,
): { readonly address: Address; readonly range: Range } | undefined {
  const begin = last === undefined ? -1 : ranges.findIndex((range) => rangeContains(range, last));
  for (const [range, from, to] of stretches(ranges, begin, last)) {
    const family = familyOf(range.start);
    for (let number = from; number <= to; number += 1n) {
      const address = addressOf(number, family);
      if (address !== range.gateway && !isReserved(address)) return { address, range };
    }
  }
  return undefined;
}

/** What to go through: the rest of the range in which the last one was, the other ranges, and its beginning. */
function* stretches(
  ranges: RangeSet,
  begin: number,
  last: Address | undefined,
): Generator<readonly [Range, bigint, bigint]> {
  const [rest, wrapped] = [ranges.slice(Math.max(begin, 0)), ranges.slice(0, Math.max(begin, 0))];
  for (const [at, range] of [...rest, ...wrapped].entries()) {
    const from =
      at === 0 && begin >= 0 && last !== undefined ? addressNumber(last) + 1n : addressNumber(range.start);
    yield [range, from, addressNumber(range.end)];
  }
  const first = ranges[begin];
  if (first !== undefined && last !== undefined)
    yield [first, addressNumber(first.start), addressNumber(last)];
}

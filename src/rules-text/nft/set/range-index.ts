import { matchesPattern, textOfKey } from '../../elements.ts';
import type { Interval, Pattern, Scalar } from '../../rule.ts';

/** Elements with a range in some part of their keys. Of several that a key falls into, the first one counts. */
export class RangeIndex {
  readonly #parts: number;
  /** By which parts are ranges: those elements are found by the other parts first. */
  readonly #groups = new Map<string, Group>();

  /** Keys have so many parts. */
  constructor(parts: number) {
    this.#parts = parts;
  }

  add(patterns: readonly Pattern[], at: number): void {
    const ranged = patterns.flatMap((pattern, part) => (typeof pattern === 'object' ? [part] : []));
    const name = ranged.join(' ');
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { ranged, buckets: new Map() };
      this.#groups.set(name, group);
    }
    const text = this.#exactText(patterns, ranged);
    const bucket = group.buckets.get(text);
    const entry = { patterns, at };
    if (bucket === undefined) group.buckets.set(text, new Bucket(ranged, entry));
    else bucket.add(entry);
  }

  /** The number of the element, of those before `end`. */
  find(key: readonly Scalar[], end = Number.POSITIVE_INFINITY): number | undefined {
    if (key.length !== this.#parts) return undefined;
    let first = end;
    for (const { ranged, buckets } of this.#groups.values())
      first = Math.min(first, buckets.get(this.#exactText(key, ranged))?.find(key) ?? end);
    return first === end ? undefined : first;
  }

  #exactText(parts: readonly (Pattern | Scalar)[], ranged: readonly number[]): string {
    const isExact = (_: unknown, part: number) => !ranged.includes(part);
    const scalars = parts.filter(isExact).map((part) => (typeof part === 'object' ? '' : part));
    return textOfKey(scalars);
  }
}

interface Group {
  readonly ranged: readonly number[];
  readonly buckets: Map<string, Bucket>;
}

interface Entry {
  readonly patterns: readonly Pattern[];
  readonly at: number;
}

/** Elements that differ in their ranges only. */
class Bucket {
  readonly #ranged: readonly number[];
  readonly #entries: Entry[];
  #sorted: readonly SortedRange[] | undefined;

  constructor(ranged: readonly number[], first: Entry) {
    this.#ranged = ranged;
    this.#entries = [first];
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#sorted = undefined;
  }

  find(key: readonly Scalar[]): number | undefined {
    this.#sorted ??= sortRanges(this.#entries, this.#ranged);
    const value = key[this.#ranged[0] ?? 0];
    if (this.#sorted.length > 0) return typeof value === 'bigint' ? search(this.#sorted, value) : undefined;
    const holds = ({ patterns }: Entry) =>
      this.#ranged.every((part) => {
        const [pattern, scalar] = [patterns[part], key[part]];
        return pattern !== undefined && scalar !== undefined && matchesPattern(pattern, scalar);
      });
    return this.#entries.find(holds)?.at;
  }
}

interface SortedRange extends Interval {
  readonly at: number;
}

/** Empty where a search would not do: with ranges in several parts, that overlap, or of names. */
function sortRanges(entries: readonly Entry[], ranged: readonly number[]): readonly SortedRange[] {
  if (ranged.length !== 1) return [];
  const sorted: SortedRange[] = [];
  for (const { patterns, at } of entries) {
    const pattern = patterns[ranged[0] ?? 0];
    if (typeof pattern !== 'object' || 'prefix' in pattern) return [];
    sorted.push({ ...pattern, at });
  }
  sorted.sort((a, b) => (a.from < b.from ? -1 : 1));
  const overlaps = sorted.some((range, at) => at > 0 && range.from <= (sorted[at - 1]?.to ?? -1n));
  return overlaps ? [] : sorted;
}

function search(sorted: readonly SortedRange[], value: bigint): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.from ?? 0n) <= value) low = middle + 1;
    else high = middle;
  }
  const range = sorted[low - 1];
  return range !== undefined && value <= range.to ? range.at : undefined;
}

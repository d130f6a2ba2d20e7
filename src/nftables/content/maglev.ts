import { hash } from 'node:crypto';

/**
 * The endpoint of each slot, as an index in `endpoints` (unique texts such as `ip:port`); empty without endpoints. A client
 * keeps its slot, and nearly every slot keeps its endpoint while others come and go. The table does not depend on the order
 * of endpoints, so that all nodes have the same.
 *
 * This is the table of Maglev (Eisenbud et al., NSDI 2016, section 3.4): every endpoint has its own permutation of the slots,
 * and in turn each takes the first free slot of it.
 */
export function maglevTable(endpoints: readonly string[]): readonly number[] {
  if (endpoints.length === 0) return [];
  const size = maglevSize(endpoints.length);
  const walks = endpoints
    .map((text, index) => ({ text, index, ...slotOrder(text, size) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const table = new Array<number>(size).fill(free);
  for (let left = size; left > 0; left -= walks.length) {
    for (const walk of walks.slice(0, left)) {
      while (table[walk.slot] !== free) walk.slot = (walk.slot + walk.skip) % size;
      table[walk.slot] = walk.index;
    }
  }
  return table;
}

/**
 * The number of slots for a number of endpoints: a prime, so that any skip visits all slots. A change of the size gives
 * nearly every client another endpoint, so there are few sizes: they change between 25 and 26 endpoints, 102 and 103,
 * 409 and 410.
 */
export function maglevSize(count: number): number {
  return sizes.find((size) => size >= count * slotsEach) ?? largest;
}

/**
 * More slots for each endpoint make shares more even and move fewer clients needlessly, but each costs a map element in
 * the kernel. With 40, shares differ by 2.5 %, and when one of 25 endpoints is removed, some 4 % of the other
 * endpoints' clients move; with 100 it is 1 % and 3 %.
 */
const slotsEach = 40;
const largest = 65_521;
const sizes = [1_021, 4_093, 16_381, largest];
const free = -1;

/** The first slot of an endpoint's permutation, and the distance from one to the next. */
function slotOrder(text: string, size: number): { slot: number; skip: number } {
  const digest = hash('sha256', text, 'buffer');
  return { slot: digest.readUInt32BE(0) % size, skip: 1 + (digest.readUInt32BE(4) % (size - 1)) };
}

import { hash } from 'node:crypto';

/**
 * The endpoint of each slot, as its index in `endpoints` (texts such as `ip:port`, each once); empty where there are
 * none. A client keeps its slot, and nearly every slot keeps its endpoint while others come and go. The endpoints'
 * order does not matter, nor does the machine: all nodes make the same table.
 *
 * This is the table of Maglev (Eisenbud et al., NSDI 2016, section 3.4): every endpoint has an order of its own of
 * all slots, and by turns each takes the first in it that is free.
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
 * How many slots the table of so many endpoints has: a prime, so that any skip leads through all slots.
 * Another size gives nearly every client another endpoint, so sizes are few: they change between 25 and 26 endpoints,
 * 102 and 103, 409 and 410.
 */
export function maglevSize(count: number): number {
  return sizes.find((size) => size >= count * slotsEach) ?? largest;
}

/**
 * The more slots an endpoint has, the evener the shares and the fewer clients move without need; but each slot costs
 * the kernel a map element. With 40 each, shares differ by 2.5 %, and when one of 25 endpoints goes about 4 % of the
 * clients of the others move too; with 100 each it is 1 % and 3 %.
 */
const slotsEach = 40;
const largest = 65_521;
const sizes = [1_021, 4_093, 16_381, largest];
const free = -1;

/** Where an endpoint's order of the slots starts, and how far it goes from one to the next. */
function slotOrder(text: string, size: number): { slot: number; skip: number } {
  const digest = hash('sha256', text, 'buffer');
  return { slot: digest.readUInt32BE(0) % size, skip: 1 + (digest.readUInt32BE(4) % (size - 1)) };
}

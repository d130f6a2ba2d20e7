import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { maglevSize, maglevTable } from '../../../src/nftables/content/maglev.ts';

describe('the size of a table', () => {
  test.each([
    [1, 1_021],
    [25, 1_021],
    [26, 4_093],
    [102, 4_093],
    [103, 16_381],
    [409, 16_381],
    [410, 65_521],
    [5_000, 65_521],
  ])('for %i endpoints is %i slots', (count, size) => {
    expect(maglevSize(count)).toBe(size);
    expect(maglevTable(cluster(count))).toHaveLength(size);
  });

  test.each([1_021, 4_093, 16_381, 65_521])(
    '%i is prime, so that every skip leads through all slots',
    (size) => {
      const divisors = Array.from({ length: Math.floor(Math.sqrt(size)) - 1 }, (_, index) => index + 2);
      expect(divisors.filter((divisor) => size % divisor === 0)).toEqual([]);
    },
  );
});

describe('a table', () => {
  test('without endpoints has no slots', () => {
    expect(maglevTable([])).toEqual([]);
  });

  test('of one endpoint is all its own', () => {
    expect(new Set(maglevTable(['10.244.0.5:8080']))).toEqual(new Set([0]));
  });

  test('is the one that a program of its own, written after the paper, makes', () => {
    const text = maglevTable(['10.244.2.5:8080', '10.244.0.5:8080', '10.244.1.5:8080']).join('');
    expect(text.slice(0, 60)).toBe('101202001220002101021021102202112021101222001210002102021021');
    expect(hash('sha256', text)).toBe('d6c69d0118a8a08699f1d057a08270dce679b3e23d9bee19fc8a000182bdbfc4');
  });

  test('gives each of 5,000 endpoints 13 or 14 slots', () => {
    expect([...new Set(shares(cluster(5_000)))].sort()).toEqual([13, 14]);
  });
});

describe('of 1,000 clients of 10 endpoints', () => {
  const ten = cluster(10);
  const before = endpointsOfClients(ten);

  /** Of the clients whose endpoint is in both lists before and after, the part that moves from one such to another. */
  function movedInVain(endpoints: readonly string[]): number {
    const both = new Set(ten.filter((endpoint) => endpoints.includes(endpoint)));
    const pairs = endpointsOfClients(endpoints)
      .map((now, client) => ({ now, old: before[client] ?? '' }))
      .filter(({ now, old }) => both.has(now) && both.has(old));
    return pairs.filter(({ now, old }) => now !== old).length / pairs.length;
  }

  test('each endpoint has about a tenth', () => {
    for (const endpoint of ten) {
      const clients = before.filter((one) => one === endpoint).length;
      expect(clients).toBeGreaterThan(70);
      expect(clients).toBeLessThan(130);
    }
  });

  test.each(ten)('nearly all others stay where they are when %s goes', (gone) => {
    expect(movedInVain(ten.filter((endpoint) => endpoint !== gone))).toBeLessThan(0.08);
  });

  test.each(['10.244.200.1:8080', '10.0.0.1:80'])(
    'nearly all others stay where they are when %s comes',
    (one) => {
      expect(movedInVain([...ten, one])).toBeLessThan(0.08);
    },
  );
});

function cluster(count: number): readonly string[] {
  return Array.from({ length: count }, (_, pod) => `10.244.${pod >> 8}.${pod & 255}:8080`);
}

/** The endpoint of each slot. */
function slotsOf(endpoints: readonly string[]): readonly (string | undefined)[] {
  return maglevTable(endpoints).map((index) => endpoints[index]);
}

/** How many slots each endpoint has. */
function shares(endpoints: readonly string[]): readonly number[] {
  const counts = endpoints.map(() => 0);
  for (const index of maglevTable(endpoints)) counts[index] = (counts[index] ?? 0) + 1;
  return counts;
}

/** The endpoint of each of 1,000 clients, whose hashes the kernel scales to the number of slots. */
function endpointsOfClients(endpoints: readonly string[]): readonly string[] {
  const slots = slotsOf(endpoints);
  return Array.from({ length: 1_000 }, (_, client) => {
    const fraction =
      hash('md5', `192.168.${client >> 8}.${client & 255}`, 'buffer').readUInt32BE(0) / 2 ** 32;
    return slots[Math.floor(fraction * slots.length)] ?? '';
  });
}

import { describe, expect, test } from 'vitest';
import { conntrackMax } from '../../../src/kernel/node/prepare-node.ts';

describe('the most connections that the kernel tracks', () => {
  const conntrack = { maxPerCore: 32_768, min: 131_072 };

  test.each([
    ['grow with the cores', {}, 8, 262_144],
    ['are at least min', {}, 2, 131_072],
    ['are no more than 1,048,576 on a machine with many cores', {}, 256, 1_048_576],
    ['are what min says, however much that is', { min: 4_000_000 }, 8, 4_000_000],
    ['stay as they are where maxPerCore is 0, whatever min says', { maxPerCore: 0 }, 8, 0],
  ])('%s', (_, given, cores, expected) => {
    expect(conntrackMax({ ...conntrack, ...given }, cores)).toBe(expected);
  });
});

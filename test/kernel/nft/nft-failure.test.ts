import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/backend/failure.ts';
import { nftError } from '../../../src/kernel/nft/nft-failure.ts';

const mistake = (reason: string, line: string, marks: string) => `${reason}\n${line}\n${marks}\n`;

const absentElement = mistake(
  '/dev/stdin:2:25-31: Error: Could not process rule: No such file or directory',
  'delete element ip t s { 1.1.1.1 }',
  '                        ^^^^^^^',
);

describe('what nft says becomes a message', () => {
  test.each([
    ['a mark', absentElement, 'Could not process rule: No such file or directory, at "1.1.1.1"'],
    [
      'marks of two kinds',
      mistake('Error: conflict', 'add rule ip t c tcp udp', '                ~~~ ^^^'),
      'conflict, at "udp"',
    ],
    [
      'no line',
      'netlink: Error: Could not process rule: No buffer space available',
      /^Could not process rule: No b/,
    ],
    ['no reason of the usual form', '\nOops: moon\nand more', 'Oops: moon'],
    ['nothing', '', 'nft failed and gave no reason'],
    ['the same twice', absentElement.repeat(2), /^[^;]*$/],
    [
      'many different ones',
      ['1', '2', '3', '4', '5'].map((at) => `Error: ${at}\n`).join(''),
      '1; 2; 3; and 2 more',
    ],
    [
      'words like a reason in a comment',
      mistake('Error: a', 'comment "x Error: b"', '^^^^^^^'),
      'a, at "comment"',
    ],
    ['a long place', mistake('Error: a', 'x'.repeat(1000), '^'.repeat(1000)), `a, at "${'x'.repeat(79)}…"`],
    ['a long reason', `Error: ${'x'.repeat(1000)}`, `${'x'.repeat(299)}…`],
  ])('for %s', (_, said, message) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(nftError(said).message).toEqual(expected);
  });
});

describe('the kind of failure', () => {
  test.each<[string, Failure]>([
    ['Error: No such file or directory\nlist table ip x\n              ^\n', 'absent'],
    ['Error: syntax error, unexpected string\nlist moons\n     ^^^^^\n', 'unknown'],
    ['Operation not permitted (you must be root)\n', 'permission'],
    ['netlink: Error: cache initialization failed: Operation not permitted\n', 'permission'],
    ['netlink: Error: cache initialization failed: Protocol error\n', 'unknown'],
    ['netlink: Error: Interrupted system call\n', 'interrupted'],
    ['netlink: Error: Cannot allocate memory\n', 'unable'],
    ['mnl.c:190: Memory allocation failure\n', 'unable'],
    ['nft: error while loading shared libraries: libgmp.so.10\n', 'unknown'],
    ['', 'unknown'],
  ])('by what nft said: %j, is "%s"', (said, failure) => {
    expect(nftError(said).failure).toBe(failure);
  });
});

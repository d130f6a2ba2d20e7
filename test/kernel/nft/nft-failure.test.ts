import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/backend/failure.ts';
import { type NftRequest, nftError } from '../../../src/kernel/nft/nft-failure.ts';

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
    ['a line of many elements', mistake('Error: a', 'x'.repeat(5000), `${' '.repeat(4000)}^^^^`), 'a'],
  ])('for %s', (_, said, message) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(nftError(said, 'change', 'line at fault').message).toEqual(expected);
  });

  test('without the place, where nft repeats another line than the one at fault', () => {
    const { message } = nftError(absentElement, 'change', 'first line');
    expect(message).toBe('Could not process rule: No such file or directory');
  });
});

describe('the kind of failure', () => {
  const answer = (reason: string) =>
    mistake(`/dev/stdin:1:1-9: Error: Could not process rule: ${reason}`, 'add chain ip t c', '^^^^^^^^^');

  test.each<[NftRequest, string, Failure]>([
    ['change', absentElement, 'refused'],
    ['change', answer('Invalid argument'), 'refused'],
    ['change', answer('Operation not supported'), 'refused'],
    ['change', answer('Too many links'), 'refused'],
    ['change', mistake('Error: syntax error, unexpected string', 'add elemnt', '    ^^^^^^'), 'refused'],
    ['change', mistake('Error: a', 'add table t { comment "Permission denied"; }', '    ^^^^^'), 'refused'],
    ['change', answer('Cannot allocate memory'), 'unable'],
    ['change', answer('No buffer space available'), 'refused'],
    ['change', answer('Too many open files in system'), 'unable'],
    ['change', answer('Resource temporarily unavailable'), 'unable'],
    ['change', `${answer('Invalid argument')}${answer('Cannot allocate memory')}`, 'unable'],
    ['change', 'mnl.c:190: Memory allocation failure\n', 'unable'],
    ['change', answer('Interrupted system call'), 'interrupted'],
    ['change', answer('Input/output error'), 'unknown'],
    ['change', 'netlink: Error: Could not process rule: No buffer space available\n', 'refused'],
    ['change', 'netlink: Error: Could not process rule: Protocol error\n', 'unknown'],
    ['change', 'netlink: Error: cache initialization failed: Protocol error\n', 'unknown'],
    ['change', 'nft: error while loading shared libraries: libgmp.so.10\n', 'unknown'],
    ['change', '', 'unknown'],
    ['change', 'netlink: Error: cache initialization failed: Operation not permitted\n', 'permission'],
    ['listing', 'Error: No such file or directory\nlist table ip x\n              ^\n', 'absent'],
    ['listing', 'Error: syntax error, unexpected string\nlist moons\n     ^^^^^\n', 'unknown'],
    ['listing', 'Operation not permitted (you must be root)\n', 'permission'],
    ['listing', 'netlink: Error: Cannot allocate memory\n', 'unable'],
    ['deletion', answer('No such file or directory'), 'absent'],
    ['deletion', answer('Device or resource busy'), 'unknown'],
    ['deletion', answer('Cannot allocate memory'), 'unable'],
  ])('of a %s, by what nft said: %j, is "%s"', (request, said, failure) => {
    expect(nftError(said, request, 'line at fault').failure).toBe(failure);
  });
});

import { describe, expect, test } from 'vitest';
import {
  type DomainName,
  domainName,
  labelsOf,
  lowerCase,
  nameOf,
  parseDomainName,
  rootName,
  shownName,
} from '../../../src/net/dns/domain-name.ts';

test('a name is its labels, each after its length, and the root', () => {
  expect(domainName('a.bc')).toBe('\x01a\x02bc\0');
  expect(domainName('a.bc.')).toBe(domainName('a.bc'));
  expect(labelsOf(domainName('a.bc'))).toEqual(['a', 'bc']);
  expect(nameOf(['a'], domainName('bc'))).toBe(domainName('a.bc'));
});

test('the root has no labels', () => {
  expect(parseDomainName('.')).toBe(rootName);
  expect(labelsOf(rootName)).toEqual([]);
  expect(shownName(rootName)).toBe('.');
});

describe('no name is', () => {
  test.each(['a..b', '.a', 'a..', `${'a'.repeat(64)}.b`, `${'a.'.repeat(127)}ab`, 'ä\u{1f600}.b'])(
    '%s',
    (text) => {
      expect(parseDomainName(text)).toBeUndefined();
      expect(() => domainName(text)).toThrow(RangeError);
    },
  );
});

test('a name has up to 255 octets', () => {
  expect(domainName(`${'a.'.repeat(126)}a`)).toHaveLength(255);
});

test('letters are compared in lower case, and nothing else is: lengths stay', () => {
  const name = nameOf(['A'.repeat(63), '\xc0Z']);
  expect(lowerCase(name)).toBe(nameOf(['a'.repeat(63), '\xc0z']));
});

test('what is no plain character is shown escaped', () => {
  expect(shownName('\x04a.b\\\x02\x00\xff\0' as DomainName)).toBe('a\\.b\\\\.\\000\\255.');
});

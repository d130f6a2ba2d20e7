import { isIPv4 as nodeIsIPv4, isIPv6 as nodeIsIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIPv4, isIPv6 } from '../../src/net/ip-version.ts';

const pieces = fc.constantFrom(
  '0',
  '1',
  '01',
  '255',
  '256',
  'ffff',
  '12345',
  'g',
  ':',
  '::',
  '.',
  '%',
  'eth0',
  '1.2.3.4',
);
const texts = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.array(pieces, { maxLength: 17 }).map((parts) => parts.join('')),
);

test('a text is an address where Node says so', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect([text, isIPv4(text), isIPv6(text)]).toEqual([text, nodeIsIPv4(text), nodeIsIPv6(text)]);
    }),
    { numRuns: 20_000 },
  );
});

import { expect, test } from 'vitest';
import { parseSocketAddress } from '../../src/net/socket-address.ts';

test.each([
  ['10.96.0.10', '10.96.0.10', 53],
  ['10.96.0.10:5353', '10.96.0.10', 5353],
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['fd00::a', 'fd00::a', 53],
  ['[fd00::a]', 'fd00::a', 53],
  ['[fd00::a]:5353', 'fd00::a', 5353],
])('%s is %s, port %d', (text, address, port) => {
  expect(parseSocketAddress(text, 53, 0)).toEqual({ address, port });
});

test.each([
  '',
  'localhost',
  'localhost:53',
  '10.96.0.10:',
  '10.96.0.10:65536',
  '10.96.0.10:x',
  ':53',
  '[fd00::a',
  '10.96.0:53',
])('%j is none', (text) => {
  expect(parseSocketAddress(text, 53, 0)).toBeUndefined();
});

test('a port may have to be a real one', () => {
  expect(parseSocketAddress('127.0.0.1:0', 53, 1)).toBeUndefined();
});

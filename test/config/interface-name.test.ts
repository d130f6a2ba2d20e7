import { expect, test } from 'vitest';
import { parseInterfaceName, parseInterfaceNamePrefix } from '../../src/config/interface-name.ts';

test.each(['cni0', 'br-1a2b3c', 'eth0.100', 'veth_a@b', 'a'.repeat(15)])('%s is a name', (name) => {
  expect(parseInterfaceName(name)).toBe(name);
});

test.each([
  ['empty', ''],
  ['too long', 'a'.repeat(16)],
  ['a path', 'a/b'],
  ['an alias', 'eth0:1'],
  ['the folder itself', '.'],
  ['the folder above', '..'],
  ['white space', 'a b'],
  ['a line break', 'a\n-j DROP'],
  ['a quote', 'a"b'],
  ['an option', '-j'],
  ['a wildcard of iptables', 'eth+'],
  ['a wildcard of nft', 'eth*'],
  ['not ASCII', 'ethé'],
])('%s is no name', (_, name) => {
  expect(parseInterfaceName(name)).toBeUndefined();
});

test('a prefix leaves room for the wildcard', () => {
  expect(parseInterfaceNamePrefix('a'.repeat(14))).toBe('a'.repeat(14));
  expect(parseInterfaceNamePrefix('a'.repeat(15))).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import type { Element, Scalar } from '../../../../src/rules-text/rule.ts';
import { declare, elements } from '../../../support/rules-text/listed-elements.ts';
import { anything, between, ip } from '../../../support/trace/nftables/terms.ts';

function find(text: string, types: readonly string[], key: readonly Scalar[]) {
  const found = elements(text, declare(types)).find(key);
  return typeof found === 'string' ? found : found.key;
}

const services = declare(['ipv4_addr', 'inet_proto', 'inet_service'], 'verdict');

describe('an element', () => {
  const address = ip(10, 96, 0, 1);
  const found = (text: string) => elements(text, services).find([address, 6n, 443n]);
  const expected: Element = {
    key: [address, 6n, 443n],
    verdict: { kind: 'goto', chain: 'a/b' },
    comment: '',
  };

  test.each([
    ['alone', '10.96.0.1 . tcp . 443 : goto a/b'],
    ['with the number of its protocol', '10.96.0.1 . 6 . 443 : goto a/b'],
    ['with a counter', '10.96.0.1 . tcp . 443 counter packets 7 bytes 420 : goto a/b'],
    ['with a timeout', '10.96.0.1 . tcp . 443 timeout 3h expires 2h59m59s996ms : goto a/b'],
    [
      'among others',
      '10.96.0.1 . udp . 443 : drop, 10.96.0.1 . tcp . 443 : goto a/b, 10.96.0.2 . tcp . 443 : drop',
    ],
    ['on lines of their own', '10.96.0.1 . udp . 443 : drop,\n\t\t\t     10.96.0.1 . tcp . 443 : goto a/b\n'],
    ['listed as `nft -S` does', '10.96.0.1 . tcp . https : goto a/b'],
  ])('%s is found', (_, text) => {
    expect(found(text)).toEqual(expected);
  });

  test('has its comment, whatever is in it', () => {
    const text =
      '10.96.0.9 . tcp . 1 comment "a, b : c } d" : drop, 10.96.0.1 . tcp . 443 comment "x : y, z" : goto a/b';
    expect(found(text)).toEqual({ ...expected, comment: 'x : y, z' });
  });

  test.each([
    ['another address', [ip(10, 96, 0, 2), 6n, 443n]],
    ['another protocol', [address, 17n, 443n]],
    ['another port', [address, 6n, 444n]],
    ['more parts', [address, 6n, 443n, 1n]],
    ['fewer parts', [address, 6n]],
    ['a name in place of a number', ['10.96.0.1', 6n, 443n]],
  ])('is absent for %s', (_, key) => {
    expect(elements('10.96.0.1 . tcp . 443 : goto a/b', services).find(key)).toBe('absent');
  });

  test('is absent in an empty set', () => {
    expect(elements('', services).find([address, 6n, 443n])).toBe('absent');
    expect([...elements('', services).elements()]).toEqual([]);
  });
});

describe('elements of all types', () => {
  const slots = ['ipv4_addr', 'inet_service', 'integer'];

  test.each<readonly [string, readonly string[], readonly Scalar[], boolean]>([
    ['10.0.0.1 . 80 . 0, 10.0.0.1 . 80 . 1', slots, [ip(10, 0, 0, 1), 80n, 1n], true],
    ['0x00000001, 0x00004000', ['mark'], [0x4000n], true],
    ['"eth0", "cni0"', ['ifname'], ['cni0'], true],
    ['"cali*", "eth0"', ['ifname'], ['cali12345'], true],
    ['"cali*", "eth0"', ['ifname'], ['docker0'], false],
    ['"eth\\*"', ['ifname'], ['eth0'], false],
    ['established | related, new', ['ct_state'], [6n], true],
    ['fd00::1, ::1, 1:2:3:4:5:6:7:8', ['ipv6_addr'], [1n], true],
    ['fd00::1, ::1, 1:2:3:4:5:6:7:8', ['ipv6_addr'], [0x1_0002_0003_0004_0005_0006_0007_0008n], true],
    ['::ffff:192.0.2.1, ::', ['ipv6_addr'], [0xffff_c000_0201n], true],
    ['::ffff:192.0.2.1, ::', ['ipv6_addr'], [0n], true],
    [
      'fd00::1 . tcp . 80',
      ['ipv6_addr', 'inet_proto', 'inet_service'],
      [(0xfd00n << 112n) + 1n, 6n, 80n],
      true,
    ],
    ['local, broadcast', ['fib_addrtype'], [3n], true],
  ])('%s', (text, types, key, isFound) => {
    expect(elements(text, declare(types)).find(key)).toEqual(
      isFound ? expect.objectContaining({ comment: '' }) : 'absent',
    );
  });
});

describe('ranges', () => {
  const text = '192.0.2.1, 10.0.0.0/8, 192.168.1.1-192.168.1.7';
  const network = between(ip(10, 0, 0, 0), ip(10, 255, 255, 255));

  test.each([
    [ip(192, 0, 2, 1), [ip(192, 0, 2, 1)]],
    [ip(10, 0, 0, 0), [network]],
    [ip(10, 255, 255, 255), [network]],
    [ip(11, 0, 0, 0), 'absent'],
    [ip(192, 168, 1, 7), [between(ip(192, 168, 1, 1), ip(192, 168, 1, 7))]],
    [ip(192, 168, 1, 8), 'absent'],
    [0n, 'absent'],
  ])('hold what is within: %d', (address, key) => {
    expect(find(text, ['ipv4_addr'], [address])).toEqual(key);
  });

  test('may be in each part of a key', () => {
    const text = '10.0.0.0/8 . tcp . 80-90, 192.0.2.1 . tcp . 80';
    const types = ['ipv4_addr', 'inet_proto', 'inet_service'];
    expect(find(text, types, [ip(10, 1, 2, 3), 6n, 85n])).toEqual([network, 6n, between(80n, 90n)]);
    expect(find(text, types, [ip(10, 1, 2, 3), 17n, 85n])).toBe('absent');
    expect(find(text, types, [ip(192, 0, 2, 1), 6n, 80n])).toEqual([ip(192, 0, 2, 1), 6n, 80n]);
    expect(find(text, types, [ip(192, 0, 2, 1), 6n, 81n])).toBe('absent');
  });

  test('leave the rest to the element for anything, wherever it stands', () => {
    const map = declare(['ipv4_addr'], ['mark']);
    for (const text of [
      '10.0.0.0/8 : 0x1, 192.0.2.1 : 0x2, * : 0x3',
      '* : 0x3, 192.0.2.1 : 0x2, 10.0.0.0/8 : 0x1',
    ]) {
      const data = (address: bigint) => elements(text, map).find([address]);
      expect(data(ip(10, 0, 0, 1))).toMatchObject({ data: 1n });
      expect(data(ip(192, 0, 2, 1))).toMatchObject({ data: 2n });
      expect(data(ip(192, 0, 2, 2))).toEqual({ key: [anything], data: 3n, comment: '' });
    }
  });
});

describe('what has no form that is known', () => {
  test('may be what is looked for', () => {
    const set = elements('22, frobnicate', declare(['inet_service']));
    expect(set.find([22n])).toMatchObject({ key: [22n] });
    expect(set.find([23n])).toBe('unread');
    expect(set.elements()).toBe('unread');
  });

  test('is an address that the kernel chooses out of several', () => {
    const map = elements('80 : 10.0.0.1-10.0.0.9, 81 : 10.0.0.1', declare(['inet_service'], ['ipv4_addr']));
    expect(map.find([80n])).toBe('unread');
    expect(map.find([81n])).toMatchObject({ data: ip(10, 0, 0, 1) });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findElement } from '../../../../src/rules-text/elements.ts';
import { dataType } from '../../../../src/rules-text/nft/expression/data-types.ts';
import type { SetDeclaration } from '../../../../src/rules-text/nft/listed-rules.ts';
import { splitElements } from '../../../../src/rules-text/nft/set/element-parts.ts';
import { ListedElements } from '../../../../src/rules-text/nft/set/element-set.ts';
import { readElement } from '../../../../src/rules-text/nft/set/read-element.ts';
import type { Element, Scalar } from '../../../../src/rules-text/rule.ts';
import { anything, between, ip } from '../../../support/trace/nftables/terms.ts';

const numRuns = Number(process.env.PROPERTY_RUNS ?? 300);

function declare(key: readonly string[], data?: SetDeclaration['data'] | readonly string[]): SetDeclaration {
  return {
    kind: data === undefined ? 'set' : 'map',
    name: 's',
    key: key.map(dataType),
    data:
      typeof data === 'object'
        ? data.map((type) => (typeof type === 'string' ? dataType(type) : type))
        : data,
    hasIntervals: true,
    givesRanges: false,
  };
}

function elements(text: string, declaration: SetDeclaration): ListedElements {
  // Around it there is more, as in a listing.
  const [before, after] = ['elements = {', ' }\n\t}\n\tset t {\n'];
  const listing = before + text + after;
  const own = listing.slice(before.length, before.length + text.length);
  return new ListedElements({ declaration, elements: () => own });
}

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

describe('any set', () => {
  const address = fc.integer({ min: 0, max: 40 }).map((low) => `10.0.0.${low}`);
  const addresses = fc.oneof(
    address,
    fc.tuple(fc.nat(30), fc.nat(9)).map(([from, more]) => `10.0.0.${from}-10.0.0.${from + more}`),
    fc.tuple(fc.nat(31), fc.integer({ min: 26, max: 32 })).map(([low, length]) => `10.0.0.${low}/${length}`),
  );
  const protocols = fc.constantFrom('tcp', 'udp', '6', '132');
  const ports = fc.oneof(
    fc.nat(12).map(String),
    fc.tuple(fc.nat(8), fc.nat(4)).map(([from, more]) => `${from}-${from + more}`),
  );
  const names = fc.constantFrom('"eth0"', '"eth1"', '"cali*"', '"cali1"', '"e*"');
  const groups = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 });
  const ipv6Addresses = fc.tuple(groups, fc.nat(7)).map(([parts, at]) => shortened(parts, at));
  const parts: readonly (readonly [string, fc.Arbitrary<string>, fc.Arbitrary<Scalar>])[] = [
    ['ipv4_addr', addresses, fc.nat(63).map((low) => ip(10, 0, 0, low))],
    ['inet_proto', protocols, fc.constantFrom(6n, 17n, 132n)],
    ['inet_service', ports, fc.nat(14).map(BigInt)],
    ['ifname', names, fc.constantFrom('eth0', 'eth1', 'cali1', 'cali2', 'lo')],
    [
      'ipv6_addr',
      ipv6Addresses,
      groups.map((parts) => parts.reduce((sum, part) => (sum << 16n) + BigInt(part), 0n)),
    ],
  ];
  const anySet = fc.subarray([...parts], { minLength: 1, maxLength: 3 }).chain((chosen) =>
    fc.record({
      types: fc.constant(chosen.map(([type]) => type)),
      keys: fc.array(
        fc.tuple(...chosen.map(([, text]) => text)).map((texts) => texts.join(' . ')),
        { maxLength: 25 },
      ),
      star: fc.option(fc.nat(25), { nil: undefined }),
      asked: fc.array(fc.tuple(...chosen.map(([, , value]) => value)), { minLength: 1, maxLength: 12 }),
    }),
  );

  test('answers as a look through all its elements would', () => {
    fc.assert(
      fc.property(anySet, ({ types, keys, star, asked }) => {
        const withStar = star === undefined ? keys : keys.toSpliced(star, 0, '*');
        const texts = withStar.map((key, at) => `${key} comment "${at}"`);
        const declaration = declare(types);
        const set = elements(texts.join(',\n\t\t\t     '), declaration);
        const all = texts.flatMap((text) => readElement(text, declaration.key, undefined) ?? []);
        expect(all).toHaveLength(texts.length);
        for (const key of asked) expect(set.find(key)).toEqual(findElement(all, key) ?? 'absent');
      }),
      { numRuns },
    );
  });

  test('has the elements that it lists', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z0-9 :,{}.]{0,12}$/), { maxLength: 8 }), (comments) => {
        const texts = comments.map((comment, at) => `10.0.0.${at} comment "${comment}"`);
        expect(splitElements(texts.join(', '))).toEqual(texts);
        const listed = elements(texts.join(', '), declare(['ipv4_addr'])).elements();
        expect(Array.from(listed === 'unread' ? [] : listed, ({ comment }) => comment)).toEqual(comments);
      }),
      { numRuns },
    );
  });
});

/** An address of IPv6 as nft may write it: with the zeros that follow a place left out, or with all of them. */
function shortened(groups: readonly number[], at: number): string {
  let end = at;
  while (groups[end] === 0) end += 1;
  if (end - at < 2) return groups.map((group) => group.toString(16)).join(':');
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  return `${text(groups.slice(0, at))}::${text(groups.slice(end))}`;
}

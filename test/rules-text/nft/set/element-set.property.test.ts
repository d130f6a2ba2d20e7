import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findElement } from '../../../../src/rules-text/elements.ts';
import { splitElements } from '../../../../src/rules-text/nft/set/element-parts.ts';
import { readElement } from '../../../../src/rules-text/nft/set/read-element.ts';
import type { Scalar } from '../../../../src/rules-text/rule.ts';
import { declare, elements } from '../../../support/rules-text/listed-elements.ts';
import { ip } from '../../../support/trace/nftables/terms.ts';

const numRuns = Number(process.env.PROPERTY_RUNS ?? 300);

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

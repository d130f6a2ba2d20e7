import fc from 'fast-check';
import { addressTypes, type Field, type Rule, type Statement } from '../../../../src/rules-text/rule.ts';
import {
  and,
  assigns,
  between,
  bits,
  compares,
  field,
  hasBit,
  hasNoBit,
  isIn,
  isNotIn,
  never,
  stateAndTranslation,
  unknown,
  value,
} from './terms.ts';

/** A part of a rule: what iptables-save prints, and what it means. */
interface Part {
  readonly text: string;
  readonly says: readonly Statement[];
}

const allOnes = 0xffff_ffffn;
const number32 = fc.bigInt({ min: 0n, max: allOnes });
const port = fc.integer({ min: 0, max: 65535 }).map(BigInt);
const portRange = fc.tuple(port, port).map(([a, b]) => (a < b ? between(a, b) : between(b, a)));
const interfaceName = fc.stringMatching(/^[a-z][a-z0-9.]{0,13}$/);

function part(text: string, ...says: readonly Statement[]): Part {
  return { text, says };
}

/** A match or nothing. */
function maybe(some: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  return fc.option(some, { nil: part('') });
}

function dotted(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
}

function hex(number: bigint): string {
  return `0x${number.toString(16)}`;
}

function not(negated: boolean): string {
  return negated ? '! ' : '';
}

const is = (negated: boolean) => (negated ? isNotIn : isIn);

const network = (option: '-s' | '-d', name: Field) =>
  fc.tuple(number32, fc.integer({ min: 1, max: 32 }), fc.boolean()).map(([address, length, negated]) => {
    const size = 1n << BigInt(32 - length);
    const first = address - (address % size);
    const pattern = size === 1n ? first : between(first, first + size - 1n);
    return part(`${not(negated)}${option} ${dotted(first)}/${length}`, is(negated)(name, pattern));
  });

const inInterface = (option: '-i' | '-o', name: Field) =>
  fc
    .tuple(interfaceName, fc.boolean(), fc.boolean())
    .map(([text, prefix, negated]) =>
      part(
        `${not(negated)}${option} ${text}${prefix ? '+' : ''}`,
        is(negated)(name, prefix ? { prefix: text } : text),
      ),
    );

const portOption = (option: '--sport' | '--dport', name: Field) =>
  fc.tuple(fc.oneof(port, portRange), fc.boolean()).map(([ports, negated]) => {
    const text = typeof ports === 'bigint' ? `${ports}` : `${ports.from}:${ports.to}`;
    return part(`${not(negated)}${option} ${text}`, is(negated)(name, ports));
  });

const transport = fc
  .tuple(
    fc.constantFrom(['tcp', 6n] as const, ['udp', 17n] as const, ['sctp', 132n] as const),
    maybe(portOption('--sport', 'source-port')),
    maybe(portOption('--dport', 'destination-port')),
  )
  .map(([[name, number], source, destination]) =>
    part(
      ['-p', name, '-m', name, source.text, destination.text].filter((word) => word !== '').join(' '),
      isIn('protocol', number),
      ...source.says,
      ...destination.says,
    ),
  );

const states: readonly (readonly [string, bigint, bigint])[] = [
  ['INVALID', 1n, 0n],
  ['ESTABLISHED', 2n, 0n],
  ['RELATED', 4n, 0n],
  ['NEW', 8n, 0n],
  ['UNTRACKED', 64n, 0n],
  ['SNAT', 0n, 16n],
  ['DNAT', 0n, 32n],
];

const connectionState = fc
  .tuple(fc.subarray([...states], { minLength: 1 }), fc.boolean())
  .map(([chosen, negated]) => {
    const text = `-m conntrack ${not(negated)}--ctstate ${chosen.map(([name]) => name).join(',')}`;
    const state = chosen.reduce((sum, [, bit]) => sum | bit, 0n);
    const status = chosen.reduce((sum, [, , bit]) => sum | bit, 0n);
    if (!negated && state !== 0n && status !== 0n)
      return part(text, hasBit(stateAndTranslation, state | (status << 8n)));
    const has = negated ? hasNoBit : hasBit;
    return part(
      text,
      ...(state === 0n ? [] : [has(field('ct-state'), state)]),
      ...(status === 0n ? [] : [has(field('ct-status'), status)]),
    );
  });

const mark = fc.tuple(number32, number32, fc.boolean()).map(([wanted, mask, negated]) => {
  const left = mask === allOnes ? field('mark') : and(field('mark'), mask);
  return part(
    `-m mark ${not(negated)}--mark ${hex(wanted)}/${hex(mask)}`,
    compares(left, negated ? '!=' : '==', wanted),
  );
});

const addressType = fc
  .tuple(
    fc.constantFrom(
      ['--src-type', 'source-address-type'] as const,
      ['--dst-type', 'destination-address-type'] as const,
    ),
    fc.subarray(Object.entries(addressTypes), { minLength: 1 }),
    fc.boolean(),
  )
  .map(([[option, name], types, negated]) =>
    part(
      `-m addrtype ${not(negated)}${option} ${types.map(([type]) => type.toUpperCase()).join(',')}`,
      is(negated)(name, ...types.map(([, type]) => type)),
    ),
  );

const chance = fc
  .integer({ min: 0, max: 2 ** 31 })
  .map((share) => (share / 2 ** 31).toFixed(11))
  .map((text) =>
    part(`-m statistic --mode random --probability ${text}`, { kind: 'chance', probability: Number(text) }),
  );

const limit = fc
  .integer({ min: 1, max: 99 })
  .map((count) => part(`-m limit --limit ${count}/sec`, unknown(`-m limit --limit ${count}/sec`)));

const fragment = fc.boolean().map((negated) => part(`${not(negated)}-f`, ...(negated ? [] : [never])));

const matches = fc
  .tuple(
    maybe(network('-s', 'source-address')),
    maybe(network('-d', 'destination-address')),
    maybe(inInterface('-i', 'input-interface')),
    maybe(inInterface('-o', 'output-interface')),
    maybe(fragment),
    maybe(transport),
    fc
      .shuffledSubarray(['state', 'mark', 'type', 'chance', 'limit'] as const)
      .chain((names) =>
        fc.tuple(
          ...names.map((name) => ({ state: connectionState, mark, type: addressType, chance, limit })[name]),
        ),
      ),
  )
  .map(([...parts]) => parts.flat());

const setMark = fc
  .tuple(number32, number32)
  .filter(([set, mask]) => set !== 0n && mask !== 0n && mask !== allOnes && set !== mask)
  .map(([set, mask]) =>
    part(
      `-j MARK --set-xmark ${hex(set)}/${hex(mask)}`,
      assigns('mark', bits(and(field('mark'), allOnes ^ mask), '^', set)),
    ),
  );

const destinationNat = fc.tuple(number32, port).map(([address, to]) =>
  part(`-j DNAT --to-destination ${dotted(address)}:${to}`, {
    kind: 'destination-nat',
    to: { address: value(address), port: value(to) },
  }),
);

const target = fc.oneof(
  fc.constantFrom(
    part('-j ACCEPT', { kind: 'verdict', verdict: { kind: 'accept' } }),
    part('-j RETURN', { kind: 'verdict', verdict: { kind: 'return' } }),
    part('-j OTHER', { kind: 'verdict', verdict: { kind: 'jump', chain: 'OTHER' } }),
    part('-g OTHER', { kind: 'verdict', verdict: { kind: 'goto', chain: 'OTHER' } }),
    part('-j MASQUERADE --random-fully', { kind: 'masquerade' }),
    part('-j REJECT --reject-with tcp-reset', { kind: 'reject', with: 'tcp-reset' }),
    part('-j NFQUEUE --queue-num 1', { kind: 'unknown-statement', text: '-j NFQUEUE --queue-num 1' }),
    part('-j CT --notrack', { kind: 'untrack' }),
  ),
  setMark,
  destinationNat,
);

const comment = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, ' '));

/** Rules of the model's own terms, in the words of iptables-save. */
export const anyRule: fc.Arbitrary<Rule> = fc
  .tuple(matches, fc.option(comment, { nil: undefined }), maybe(target))
  .map(([some, about, end]) => {
    const commentText = about === undefined ? '' : `-m comment --comment "${escaped(about)}"`;
    const words = ['-A CHAIN', ...some.map(({ text }) => text), commentText, end.text];
    return {
      text: words.filter((word) => word !== '').join(' '),
      comment: about ?? '',
      statements: [...some, end].flatMap(({ says }) => says),
    };
  });

/** As libxtables does. */
function escaped(text: string): string {
  return text.replaceAll(/["\\']/g, (character) => `\\${character}`);
}

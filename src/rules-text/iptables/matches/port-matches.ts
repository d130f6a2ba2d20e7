import { type Field, type Pattern, type Statement, tcpFlags } from '../../rule.ts';
import { eachOption, type OptionReader } from '../extension.ts';
import { bitsOf, constant, fieldOf, isOneOf } from '../statements.ts';
import { readList, readPorts } from '../values.ts';

const ports =
  (field: Field): OptionReader =>
  (value, negated) => {
    const range = readRange(value);
    return range === undefined ? undefined : [isOneOf(field, [range], negated)];
  };

const portList =
  (field: Field): OptionReader =>
  (value, negated) => {
    const ranges = readList(value, readRange);
    return ranges && [isOneOf(field, ranges, negated)];
  };

const portOptions = { '--sport': ports('source-port'), '--dport': ports('destination-port') };

/** `-m udp` and `-m sctp`. */
export const portMatch = eachOption(portOptions);

/** `-m tcp`. */
export const tcpMatch = eachOption({
  ...portOptions,
  '--tcp-flags': (value, negated) => {
    const [mask, set, ...rest] = value.split(' ').map(readFlags);
    return mask === undefined || set === undefined || rest.length > 0
      ? undefined
      : [hasFlags(mask, set, negated)];
  },
  '--syn': (value, negated) => {
    const { fin, syn, rst, ack } = tcpFlags;
    return value === '' ? [hasFlags(fin | syn | rst | ack, syn, negated)] : undefined;
  },
});

/** `-m multiport`: lists of ports, for all protocols that have some. */
export const multiportMatch = eachOption({
  '--sports': portList('source-port'),
  '--dports': portList('destination-port'),
  '--ports': (value, negated) => {
    const ranges = readList(value, readRange);
    return ranges && [eitherPort(ranges, negated)];
  },
});

function readRange(word: string): Pattern | undefined {
  return readPorts(word, ':');
}

/** Of the flags in the mask, these are set and no others. */
function hasFlags(mask: bigint, set: bigint, negated: boolean): Statement {
  return {
    kind: 'match',
    value: bitsOf(fieldOf('tcp-flags'), '&', constant(mask)),
    test: { kind: 'compare', operator: negated ? '!=' : '==', with: constant(set) },
  };
}

function readFlags(text: string): bigint | undefined {
  const flags = readList(text, (word) => flagBits.get(word));
  return flags?.reduce((bits, flag) => bits | flag, 0n);
}

const flagBits: ReadonlyMap<string, bigint> = new Map([
  ...Object.entries(tcpFlags).map(([name, bit]) => [name.toUpperCase(), bit] as const),
  ['ALL', Object.values(tcpFlags).reduce((bits, bit) => bits | bit, 0n)],
  ['NONE', 0n],
]);

/** The source's port or the destination's is one of these. */
function eitherPort(ranges: readonly Pattern[], negated: boolean): Statement {
  const any = { from: 0n, to: 65535n };
  const elements = ranges.flatMap((range) => [
    { key: [range, any], comment: '' },
    { key: [any, range], comment: '' },
  ]);
  return {
    kind: 'match',
    value: { kind: 'concatenation', parts: [fieldOf('source-port'), fieldOf('destination-port')] },
    test: { kind: 'in', negated, elements: { kind: 'inline', elements } },
  };
}

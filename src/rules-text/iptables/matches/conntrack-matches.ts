import { ctStates, ctStatuses, type Field, type Statement } from '../../rule.ts';
import {
  type ExtensionReader,
  eachOption,
  extensionText,
  type OptionReader,
  unknownMatch,
} from '../extension.ts';
import { addresses } from '../packet-options.ts';
import type { Option } from '../rule-options.ts';
import { bitsOf, constant, fieldOf, hasAnyBit, isMasked, isOneOf } from '../statements.ts';
import { readList, readMasked, readPorts, readProtocol } from '../values.ts';

/** No conntrack entry, no match: xt_conntrack and xt_connmark ask nothing further then. */
const tracked = hasAnyBit(fieldOf('ct-state'), ctStates.invalid | ctStates.untracked, true);

const originalAddress =
  (field: Field): OptionReader =>
  (value, negated, family) =>
    value.includes(',') ? undefined : addresses(field, value, negated, family);

const originalPort =
  (field: Field): OptionReader =>
  (value, negated) => {
    const range = readPorts(value, ':');
    return range === undefined ? undefined : [isOneOf(field, [range], negated)];
  };

const eachConntrackOption = eachOption({
  '--ctstate': states,
  '--ctstatus': (value, negated) => {
    const bits = readBits(value, statusBits);
    return bits === undefined ? undefined : [hasAnyBit(fieldOf('ct-status'), bits, negated)];
  },
  '--ctdir': (value, negated) => {
    const direction = directions.get(value.toUpperCase());
    return direction === undefined ? undefined : [isOneOf('ct-direction', [direction], negated)];
  },
  '--ctproto': (value, negated) => {
    const protocol = readProtocol(value);
    return protocol === undefined ? undefined : [isOneOf('protocol', [protocol], negated)];
  },
  '--ctorigsrc': originalAddress('ct-original-source-address'),
  '--ctorigdst': originalAddress('ct-original-destination-address'),
  '--ctorigsrcport': originalPort('ct-original-source-port'),
  '--ctorigdstport': originalPort('ct-original-destination-port'),
});

/**
 * `-m conntrack`. All that it asks but the state needs an entry. Where the state can hold without one, the kernel asks
 * nothing further of such packets, but does of others: then what else there is, is unknown.
 */
export const conntrackMatch: ExtensionReader = {
  ...eachConntrackOption,
  read: (extension, family) => {
    const read = (options: readonly Option[]) =>
      eachConntrackOption.read({ ...extension, options }, family) ?? [];
    const ofState = extension.options.filter(({ name }) => name === '--ctstate');
    const others = extension.options.filter(({ name }) => name !== '--ctstate');
    if (ofState.length === 0) return [tracked, ...read(others)];
    const isUnclear = others.length > 0 && ofState.every(holdsWithoutEntry);
    return [...read(ofState), ...(isUnclear ? unknownMatch(extensionText(extension, others)) : read(others))];
  },
};

function holdsWithoutEntry({ negated, values }: Option): boolean {
  const bits = readBits(values.join(' '), stateBits) ?? 0n;
  return [ctStates.invalid, ctStates.untracked].some((state) => ((bits & state) !== 0n) !== negated);
}

/** `-m state`, the older form of it. */
export const stateMatch = eachOption({ '--state': states });

/** `-m connmark`. */
export const connmarkMatch = eachOption(
  {
    '--mark': (value, negated) => {
      const mark = readMasked(value);
      return mark && [isMasked('ct-mark', mark.value, mark.mask, negated)];
    },
  },
  [tracked],
);

/**
 * The states of a list are bits of which any may be set. SNAT and DNAT say what has become of the connection: to
 * xt_conntrack they are further bits of the same list, to nft and the rest of the kernel bits of the status.
 */
function states(value: string, negated: boolean): readonly Statement[] | undefined {
  const bits = readBits(value, stateBits);
  if (bits === undefined) return undefined;
  const state = bits & (virtual - 1n);
  const status = bits / virtual;
  if (status === 0n) return [hasAnyBit(fieldOf('ct-state'), state, negated)];
  if (state === 0n) return [hasAnyBit(fieldOf('ct-status'), status, negated)];
  if (negated)
    return [hasAnyBit(fieldOf('ct-state'), state, true), hasAnyBit(fieldOf('ct-status'), status, true)];
  const translated = bitsOf(fieldOf('ct-status'), '&', constant(ctStatuses.snat | ctStatuses.dnat));
  const both = bitsOf(fieldOf('ct-state'), '|', bitsOf(translated, '<<', constant(virtualShift)));
  return [hasAnyBit(both, bits, false)];
}

/** The virtual states stand above all states, in the order of the status. */
const virtualShift = 8n;
const virtual = 1n << virtualShift;

const stateBits: ReadonlyMap<string, bigint> = new Map([
  ...Object.entries(ctStates),
  ['snat', ctStatuses.snat * virtual],
  ['dnat', ctStatuses.dnat * virtual],
]);

const statusBits: ReadonlyMap<string, bigint> = new Map([
  ['none', 0n],
  ['expected', ctStatuses.expected],
  ['seen_reply', ctStatuses['seen-reply']],
  ['assured', ctStatuses.assured],
  ['confirmed', ctStatuses.confirmed],
]);

/** `enum ip_conntrack_dir`. */
const directions: ReadonlyMap<string, bigint> = new Map([
  ['ORIGINAL', 0n],
  ['REPLY', 1n],
]);

function readBits(list: string, names: ReadonlyMap<string, bigint>): bigint | undefined {
  const bits = readList(list, (word) => names.get(word.toLowerCase()));
  return bits?.reduce((sum, bit) => sum | bit, 0n);
}

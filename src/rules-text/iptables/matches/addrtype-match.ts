import type { Family } from '../../../net/family.ts';
import { addressTypes, type Field, type Statement } from '../../rule.ts';
import {
  type Extension,
  type ExtensionReader,
  extensionText,
  hasOption,
  unknownMatch,
} from '../extension.ts';
import type { Option } from '../rule-options.ts';
import { isOneOf } from '../statements.ts';
import { readList } from '../values.ts';

/** `-m addrtype`: what kind of address the node's routes take it for. */
export const addrtypeMatch: ExtensionReader = {
  options: new Set(['--src-type', '--dst-type', '--limit-iface-in', '--limit-iface-out']),
  read: (extension, family) => {
    const limited = hasOption(extension, '--limit-iface-in') || hasOption(extension, '--limit-iface-out');
    const types = extension.options.map((option) => typesOf(option, family));
    if (!limited) {
      return extension.options.flatMap(
        (option, index) => types[index] ?? unknownMatch(extensionText(extension, [option])),
      );
    }
    return [...necessary(extension, types), ...unknownMatch(extensionText(extension))];
  },
};

/**
 * An address that is the node's own on some interface need not be so on this one; but one that is not the node's own is
 * so on none.
 */
function necessary(
  { options }: Extension,
  types: readonly (readonly Statement[] | undefined)[],
): readonly Statement[] {
  return options.flatMap(({ negated, values }, index) =>
    !negated && values[0] === 'LOCAL' ? (types[index] ?? []) : [],
  );
}

function typesOf({ name, negated, values }: Option, family: Family): readonly Statement[] | undefined {
  const field = fields.get(name);
  const types = values.length === 1 ? readList(values[0] ?? '', (word) => typeNumbers.get(word)) : undefined;
  if (field === undefined || types === undefined) return undefined;
  return family === 'IPv4' ? [isOneOf(field, types, negated)] : typesOfIPv6(field, types, negated);
}

/**
 * For IPv6, UNICAST is whatever is neither multicast nor `::`, the node's own addresses among them, and of a list every
 * type must hold, but for those that the routes tell (match_type6 of xt_addrtype).
 */
function typesOfIPv6(
  field: Field,
  types: readonly bigint[],
  negated: boolean,
): readonly Statement[] | undefined {
  const ofRoutes = types.filter((type) => typesOfRoutes.has(type));
  const others = types.filter((type) => !typesOfRoutes.has(type));
  const statements = [
    ...(ofRoutes.length === 0 ? [] : [isOneOf(field, ofRoutes, negated)]),
    ...others.map((type) =>
      type === addressTypes.unicast
        ? isOneOf(field, [addressTypes.multicast, addressTypes.unspec], !negated)
        : isOneOf(field, [type], negated),
    ),
  ];
  return negated && statements.length > 1 ? undefined : statements;
}

const typesOfRoutes: ReadonlySet<bigint> = new Set([
  addressTypes.local,
  addressTypes.anycast,
  addressTypes.unreachable,
]);

const fields: ReadonlyMap<string, Field> = new Map([
  ['--src-type', 'source-address-type'],
  ['--dst-type', 'destination-address-type'],
]);

const typeNumbers: ReadonlyMap<string, bigint> = new Map(
  [
    ...Object.entries(addressTypes),
    // Further RTN_* of linux/rtnetlink.h.
    ['throw', 9n] as const,
    ['nat', 10n] as const,
    ['xresolve', 11n] as const,
  ].map(([name, number]) => [name.toUpperCase(), number]),
);

import { declareSet } from '../../../rules-text/nft/set/declare-set.ts';
import { type Attributes, textOf } from '../netlink-attributes.ts';
import { numberOf } from './attributes.ts';
import {
  expressionAttributes,
  setAttributes,
  setDescription,
  setFlags,
  verdictType,
} from './kernel-numbers.ts';
import { concatenatedNumber, isValueType, type ValueType } from './value-bytes.ts';
import { NoKernelForm } from './write/write-expression.ts';

/** A map or set as the kernel has it: the types of its keys and data, and what it does besides. */
export interface DeclaredSet {
  readonly name: string;
  readonly key: readonly ValueType[];
  /** Empty of sets. */
  readonly data: readonly ValueType[] | 'verdict';
  readonly hasCounters: boolean;
  /** Packets fill it, and its elements go in time. */
  readonly isDynamic: boolean;
  /** How many elements it takes at most. */
  readonly size: number | undefined;
}

/** What nft's words say, `type ipv4_addr . inet_service : verdict`, `counter`. Throws a `NoKernelForm` for other words than ours. */
export function readDeclaration(
  {
    kind,
    name,
    properties,
  }: { readonly kind: 'map' | 'set'; readonly name: string; readonly properties: readonly string[] },
  family: 'ip' | 'ip6',
): DeclaredSet {
  const { key, data } = declareSet(kind, name, properties, family === 'ip' ? 'IPv4' : 'IPv6');
  if (data === 'object') throw new NoKernelForm(`${name} names objects`);
  const known = (types: readonly { readonly name: string }[]) =>
    types.map((type) => {
      if (!isValueType(type.name)) throw new NoKernelForm(`${name} has a part of type ${type.name}`);
      return type.name;
    });
  const size = properties.map((line) => /^size (\d+)$/.exec(line)?.[1]).find((found) => found !== undefined);
  return {
    name,
    key: known(key),
    data: data === undefined ? [] : data === 'verdict' ? data : known(data),
    hasCounters: properties.includes('counter'),
    isDynamic: properties.includes('flags dynamic,timeout'),
    size: size === undefined ? undefined : Number(size),
  };
}

/** Numbers of the kernel for such a set: NFTA_SET_FLAGS, KEY_TYPE and DATA_TYPE; 0 where it has no data. */
export function setNumbers({ key, data, isDynamic }: DeclaredSet): SetNumbers {
  const isMap = data === 'verdict' || data.length > 0;
  return {
    flags: (isMap ? setFlags.map : 0) | (isDynamic ? setFlags.eval | setFlags.timeout : 0),
    keyType: listedNumber(key),
    dataType: data === 'verdict' ? verdictType : listedNumber(data),
  };
}

export interface SetNumbers {
  readonly flags: number;
  readonly keyType: number;
  readonly dataType: number;
}

/** What tells sets of one form from those of another. */
export function kernelForm(set: DeclaredSet): string {
  return formText({
    ...setNumbers(set),
    size: set.size,
    expression: set.hasCounters ? 'counter' : undefined,
  });
}

/** The same of a set in the kernel. */
export function readKernelForm(set: Attributes): string {
  const expression = set.find(setAttributes.expression);
  return formText({
    flags: (numberOf(set.find(setAttributes.flags)) ?? 0) & ~setFlags.expression,
    keyType: numberOf(set.find(setAttributes.keyType)) ?? 0,
    dataType: numberOf(set.find(setAttributes.dataType)) ?? 0,
    size: numberOf(set.find(setAttributes.description)?.find(setDescription.size)),
    expression: textOf(expression?.find(expressionAttributes.name)),
  });
}

function formText({
  flags,
  keyType,
  dataType,
  size,
  expression,
}: SetNumbers & { readonly size: number | undefined; readonly expression: string | undefined }): string {
  return [`flags ${flags}`, `key ${keyType}`, `data ${dataType}`, `size ${size}`, expression].join(', ');
}

function listedNumber(types: readonly ValueType[]): number {
  return concatenatedNumber(types.length > 1 ? types.map(listedType) : types);
}

/**
 * The type by which nft lists a part of a key. As an integer it would list the numbers of numgen right only where user data of
 * nft's own says so, and nft of another version may crash at that (kubernetes issues 136786 and 140898). A mark has as many
 * bytes, in the same order.
 */
function listedType(type: ValueType): ValueType {
  return type === 'integer' ? 'mark' : type;
}

import type { Json } from '../../../rules-text/nft/json/json-values.ts';
import { type Attributes, bytesOf, isLittle, textAttribute } from '../netlink-attributes.ts';
import { numberOf } from './attributes.ts';
import { hostBits } from './host-bits.ts';
import {
  dataAttributes,
  elementAttributes,
  elementListAttributes,
  intervalEnd,
  listElement,
  setAttributes,
  setFlags,
  verdictType,
} from './kernel-numbers.ts';
import { listNfTablesParts, type NftTitle, requestNfTables } from './requests.ts';
import type { LookedIn } from './rule-json.ts';
import {
  aligned,
  isAddress,
  isOfHost,
  lengthOf,
  partNumbers,
  type ValueType,
  valueJson,
  valueType,
} from './value-bytes.ts';
import { verdictJson } from './verdict.ts';

/** A set or map that stands within a rule; `undefined` of a form that is not known here. */
export async function readAnonymousSet(
  { family, name: table }: NftTitle,
  name: string,
): Promise<LookedIn | undefined> {
  const [set] = await requestNfTables([
    {
      get: 'set',
      family,
      content: [textAttribute(setAttributes.table, table), textAttribute(setAttributes.name, name)],
    },
  ]);
  const replies = await listNfTablesParts({
    get: 'element',
    family,
    content: [
      textAttribute(elementListAttributes.table, table),
      textAttribute(elementListAttributes.set, name),
    ],
  });
  const form = typeof set === 'object' ? formOf(set) : undefined;
  if (form === undefined || replies === undefined) return undefined;
  const elements = replies.flatMap((reply) => {
    const list = reply.find(elementListAttributes.elements);
    return list === undefined ? [] : list.all(listElement);
  });
  const found = form.isInterval
    ? ranges(form, elements)
    : sorted(form, elements).map((one) => elementJson(form, one));
  const known = found.filter((one) => one !== undefined);
  if (known.length < found.length) return undefined;
  return {
    json: { set: known },
    keyParts: form.key.length,
    dataLengths: form.data === 'verdict' ? [] : form.data.map(lengthOf),
  };
}

interface Form {
  readonly key: readonly ValueType[];
  /** Empty of sets. */
  readonly data: readonly ValueType[] | 'verdict';
  readonly isInterval: boolean;
}

function formOf(set: Attributes): Form | undefined {
  const { flags: itsFlags, keyType: itsKey, dataType: itsData } = setAttributes;
  const [flags = 0, keyType = 0, dataType = 0] = [itsFlags, itsKey, itsData].map((type) =>
    numberOf(set.find(type)),
  );
  const key = typesOf(keyType);
  const data = (flags & setFlags.map) === 0 ? [] : dataType === verdictType ? 'verdict' : typesOf(dataType);
  if (key === undefined || data === undefined) return undefined;
  const isInterval = (flags & setFlags.interval) !== 0;
  // Ranges of concatenations or with data have forms of their own.
  if (isInterval && (key.length > 1 || data.length > 0)) return undefined;
  return { key, data, isInterval };
}

function typesOf(number: number): readonly ValueType[] | undefined {
  const types = partNumbers(number).map(valueType);
  const known = types.filter((type) => type !== undefined);
  return known.length === types.length && known.length > 0 ? known : undefined;
}

/** nft lists them so: by their values. */
function sorted({ key: types }: Form, elements: readonly Attributes[]): readonly Attributes[] {
  const [type, ...others] = types;
  const isReversed = isLittle && type !== undefined && isOfHost(type) && others.length === 0;
  const key = (one: Attributes) => {
    const bytes = keyOf(one) ?? Buffer.alloc(0);
    return isReversed ? Buffer.from(bytes).reverse() : bytes;
  };
  return elements.toSorted((a, b) => Buffer.compare(key(a), key(b)));
}

function keyOf(one: Attributes): Buffer | undefined {
  return bytesOf(one.find(elementAttributes.key)?.find(dataAttributes.value));
}

function elementJson({ key, data }: Form, one: Attributes): Json | undefined {
  const [itsKey, content] = [partsJson(key, keyOf(one)), one.find(elementAttributes.data)];
  if (itsKey === undefined || data.length === 0) return itsKey;
  const itsData =
    data === 'verdict'
      ? verdictJson(content?.find(dataAttributes.verdict))
      : partsJson(data, bytesOf(content?.find(dataAttributes.value)));
  return itsData === undefined ? undefined : [itsKey, itsData];
}

function partsJson(types: readonly ValueType[], bytes: Buffer | undefined): Json | undefined {
  const parts: Json[] = [];
  let at = 0;
  for (const type of types) {
    const part = bytes && valueJson(type, bytes.subarray(at, at + lengthOf(type)));
    if (part === undefined) return undefined;
    parts.push(part);
    at += aligned(lengthOf(type));
  }
  return parts.length === 1 ? parts[0] : { concat: parts };
}

/** The kernel keeps where a range begins, and where what follows it does. */
function ranges(form: Form, elements: readonly Attributes[]): readonly (Json | undefined)[] {
  const [type] = form.key;
  if (type === undefined) return [undefined];
  const bounds = sorted(form, elements).map((one) => ({
    key: keyOf(one) ?? Buffer.alloc(0),
    isEnd: ((numberOf(one.find(elementAttributes.flags)) ?? 0) & intervalEnd) !== 0,
  }));
  return bounds.flatMap(({ key, isEnd }, at) => {
    if (isEnd) return [];
    const next = bounds[at + 1]?.key;
    return [rangeJson(type, key, next === undefined ? Buffer.alloc(key.length, 0xff) : before(next))];
  });
}

/** nft lists a range of addresses that is a network as one. */
function rangeJson(type: ValueType, from: Buffer, to: Buffer): Json | undefined {
  const [first, last] = [valueJson(type, from), valueJson(type, to)];
  if (first === undefined || last === undefined || first === last) return first;
  const bits = hostBits(BigInt(`0x${from.toString('hex')}`), BigInt(`0x${to.toString('hex')}`));
  if (bits !== undefined && isAddress(type)) return { prefix: { addr: first, len: 8 * from.length - bits } };
  return { range: [first, last] };
}

function before(key: Buffer): Buffer {
  const number = BigInt(`0x${key.toString('hex')}`) - 1n;
  return Buffer.from(number.toString(16).padStart(2 * key.length, '0'), 'hex');
}

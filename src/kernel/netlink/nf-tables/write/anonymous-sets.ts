import type { Element, ElementsOf, Interval, Pattern, Rule, Scalar } from '../../../../rules-text/rule.ts';
import type { MessageWriter } from '../../message-writer.ts';
import {
  elementAttributes,
  elementListAttributes,
  intervalEnd,
  listElement,
  setAttributes,
  setDescription,
  setFlags,
  verdictType,
} from '../kernel-numbers.ts';
import { lengthOf, typeNumber, type ValueType } from '../value-bytes.ts';
import { onlyPattern } from './only-pattern.ts';
import { type IpFamily, typesOf } from './registers.ts';
import { NoKernelForm, writeValue, writeVerdict } from './write-expression.ts';

/** A set or verdict map that stands in a rule: it is made before, and the rule refers to it by a number of the transaction's own. */
export interface AnonymousSet {
  /** The kernel puts a number in place of `%d`. */
  readonly name: '__set%d' | '__map%d';
  readonly id: number;
  readonly type: ValueType;
  readonly hasIntervals: boolean;
  readonly bounds: readonly Bound[];
}

type Inline = ElementsOf & { kind: 'inline' };

/** Numbers the sets of a transaction's rules. */
export class AnonymousSets {
  readonly #known = new Map<ElementsOf, AnonymousSet>();
  readonly #nextId: () => number;

  constructor(nextId: () => number) {
    this.#nextId = nextId;
  }

  /** Those that stand in this rule. */
  add(rule: Rule, family: IpFamily): readonly AnonymousSet[] {
    return rule.statements.flatMap((statement) => {
      if (statement.kind === 'verdict-map' && statement.map.kind === 'inline')
        return [this.#add(statement.map, '__map%d', typesOf(statement.key, family))];
      const elements =
        statement.kind === 'match' && statement.test.kind === 'in' ? statement.test.elements : undefined;
      if (statement.kind !== 'match' || elements?.kind !== 'inline' || onlyPattern(elements) !== undefined)
        return [];
      return [this.#add(elements, '__set%d', typesOf(statement.value, family))];
    });
  }

  /** The set of these elements, which has been added. */
  of(elements: ElementsOf): AnonymousSet {
    const known = this.#known.get(elements);
    if (known === undefined) throw new NoKernelForm('a set within a rule is made before the rule');
    return known;
  }

  #add(inline: Inline, name: AnonymousSet['name'], types: readonly ValueType[]): AnonymousSet {
    const [type, ...others] = types;
    if (type === undefined || others.length > 0)
      throw new NoKernelForm('no rule of ours has a set of several parts within it');
    const hasIntervals = inline.elements.some(({ key: [pattern] }) => isInterval(pattern));
    const bounds = boundsOf(inline.elements, type, hasIntervals);
    const set = { name, id: this.#nextId(), type, hasIntervals, bounds };
    this.#known.set(inline, set);
    return set;
  }
}

/** The attributes that declare such a set. */
export function writeAnonymousSet(writer: MessageWriter, table: string, set: AnonymousSet): void {
  const { name, id, type, hasIntervals, bounds } = set;
  const isMap = name === '__map%d';
  const kinds = (isMap ? setFlags.map : 0) | (hasIntervals ? setFlags.interval : 0);
  writer.text(setAttributes.table, table);
  writer.text(setAttributes.name, name);
  writer.number(setAttributes.flags, setFlags.anonymous | setFlags.constant | kinds);
  writer.number(setAttributes.keyType, typeNumber(type));
  writer.number(setAttributes.keyLength, lengthOf(type));
  if (isMap) writer.number(setAttributes.dataType, verdictType);
  writer.number(setAttributes.id, id);
  if (type === 'integer') writer.bytes(setAttributes.userData, hostOrder);
  writer.nest(setAttributes.description, () => writer.number(setDescription.size, bounds.length));
}

/** The attributes before the list of its elements. */
export function nameAnonymousSet(writer: MessageWriter, table: string, { name, id }: AnonymousSet): void {
  writer.text(elementListAttributes.table, table);
  writer.text(elementListAttributes.set, name);
  writer.number(elementListAttributes.setId, id);
}

/** One of its elements. */
export function writeBound(
  writer: MessageWriter,
  { type }: AnonymousSet,
  { key, isEnd, verdict }: Bound,
): void {
  writer.nest(listElement, () => {
    writeValue(writer, elementAttributes.key, [key], [type]);
    if (verdict !== undefined) writeVerdict(writer, elementAttributes.data, verdict);
    if (isEnd) writer.number(elementAttributes.flags, intervalEnd);
  });
}

/** An element: where there are intervals, the kernel has where one begins, and where what follows it does. */
export interface Bound {
  readonly key: Scalar;
  readonly isEnd: boolean;
  readonly verdict?: Element['verdict'] | undefined;
}

function boundsOf(elements: readonly Element[], type: ValueType, hasIntervals: boolean): readonly Bound[] {
  return elements.flatMap(({ key: [pattern], verdict }): readonly Bound[] => {
    if (pattern === undefined || (typeof pattern === 'object' && 'prefix' in pattern))
      throw new NoKernelForm('a set within a rule of ours has values and ranges');
    if (!hasIntervals && typeof pattern !== 'object') return [{ key: pattern, isEnd: false, verdict }];
    const { from, to } = intervalOf(pattern);
    const begin = { key: from, isEnd: false, verdict };
    // Behind the last address nothing begins.
    const isLast = (to + 1n) >> BigInt(8 * lengthOf(type)) !== 0n;
    return isLast ? [begin] : [begin, { key: to + 1n, isEnd: true }];
  });
}

function isInterval(pattern: Pattern | undefined): pattern is Interval {
  return typeof pattern === 'object' && 'from' in pattern;
}

function intervalOf(pattern: Scalar | Interval): Interval {
  if (typeof pattern === 'object') return pattern;
  if (typeof pattern === 'string') throw new NoKernelForm('names are no intervals');
  return { from: pattern, to: pattern };
}

/** By this nft knows the order of the bytes of an integer: NFTNL_UDATA_SET_KEYBYTEORDER, 4 bytes, BYTEORDER_HOST_ENDIAN. */
const hostOrder = Buffer.concat([Uint8Array.of(0, 4), new Uint8Array(Uint32Array.of(1).buffer)]);

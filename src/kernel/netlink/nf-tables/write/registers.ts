import type { Expression, Field } from '../../../../rules-text/rule.ts';
import type { MessageWriter } from '../../message-writer.ts';
import {
  bitwiseAttributes,
  conntrackAttributes,
  conntrackKeys,
  hashAttributes,
  jenkins,
  metaAttributes,
  metaKeys,
  numberAttributes,
  numberTypes,
  payloadAttributes,
  payloadBases,
  registers,
  routeAttributes,
  routeNumbers,
} from '../kernel-numbers.ts';
import { aligned, lengthOf, lengthOfParts, type ValueType } from '../value-bytes.ts';
import { NoKernelForm, writeExpression, writeValue } from './write-expression.ts';

/** The families that our tables are of. */
export type IpFamily = 'ip' | 'ip6';

/** Where expressions go, and for packets of which family. */
export interface ExpressionTarget {
  readonly writer: MessageWriter;
  readonly family: IpFamily;
}

/** The registers have 4 bytes each; a value begins at one of them, and fills as many as it needs. */
export function register(unit: number): number {
  return registers.first + unit;
}

/** Loads the parts of an expression one behind the other from this register on; returns the type of each. */
export function load(target: ExpressionTarget, expression: Expression, unit = 0): readonly ValueType[] {
  if (expression.kind === 'concatenation') {
    let at = unit;
    return expression.parts.flatMap((part) => {
      const types = load(target, part, at);
      at += unitsOf(types);
      return types;
    });
  }
  return [loadPart(target, expression, unit)];
}

/** The types that `load` would load. */
export function typesOf(expression: Expression, family: IpFamily): readonly ValueType[] {
  switch (expression.kind) {
    case 'concatenation':
      return expression.parts.flatMap((part) => typesOf(part, family));
    case 'field':
      return [sourceOf(expression.field, family).type];
    case 'bits':
      return typesOf(expression.left, family);
    case 'number':
      return ['integer'];
    default:
      throw new NoKernelForm(`an expression of kind ${expression.kind} cannot be loaded`);
  }
}

/** How many registers values of these types fill. */
export function unitsOf(types: readonly ValueType[]): number {
  return types.reduce((sum, type) => sum + aligned(lengthOf(type)) / 4, 0);
}

function loadPart(target: ExpressionTarget, expression: Expression, unit: number): ValueType {
  if (expression.kind === 'field') return loadField(target, expression.field, unit);
  if (expression.kind === 'number') return loadNumber(target, expression, unit);
  if (expression.kind === 'bits') return loadBits(target, expression, unit);
  throw new NoKernelForm(`an expression of kind ${expression.kind} cannot be loaded`);
}

/** Loads a field; of addresses and names perhaps only so many bytes from their beginning. */
export function loadField(target: ExpressionTarget, field: Field, unit: number, length?: number): ValueType {
  const { writer } = target;
  const { type, source } = sourceOf(field, target.family);
  writeExpression(writer, source.expression, () => {
    switch (source.expression) {
      case 'payload':
        writer.number(payloadAttributes.into, register(unit));
        writer.number(payloadAttributes.base, source.base);
        writer.number(payloadAttributes.offset, source.offset);
        writer.number(payloadAttributes.length, length ?? lengthOf(type));
        return;
      case 'meta':
        writer.number(metaAttributes.into, register(unit));
        writer.number(metaAttributes.key, source.key);
        return;
      case 'ct':
        writer.number(conntrackAttributes.into, register(unit));
        writer.number(conntrackAttributes.key, source.key);
        return;
      case 'fib':
        writer.number(routeAttributes.into, register(unit));
        writer.number(routeAttributes.result, routeNumbers.addressType);
        writer.number(routeAttributes.flags, source.flags);
    }
  });
  return type;
}

function sourceOf(field: Field, family: IpFamily): FieldSource {
  const found = sources[family][field];
  if (found === undefined) throw new NoKernelForm(`no rule of ours asks for the ${field}`);
  return found;
}

interface FieldSource {
  readonly type: ValueType;
  readonly source:
    | { readonly expression: 'payload'; readonly base: number; readonly offset: number }
    | { readonly expression: 'meta' | 'ct'; readonly key: number }
    | { readonly expression: 'fib'; readonly flags: number };
}

type FieldSources = Partial<Readonly<Record<Field, FieldSource>>>;

function payload(type: ValueType, base: number, offset: number): FieldSource {
  return { type, source: { expression: 'payload', base, offset } };
}

const commonSources: FieldSources = {
  'source-port': payload('inet_service', payloadBases.transport, 0),
  'destination-port': payload('inet_service', payloadBases.transport, 2),
  protocol: { type: 'inet_proto', source: { expression: 'meta', key: metaKeys.l4proto } },
  mark: { type: 'mark', source: { expression: 'meta', key: metaKeys.mark } },
  'input-interface': { type: 'ifname', source: { expression: 'meta', key: metaKeys.iifname } },
  'output-interface': { type: 'ifname', source: { expression: 'meta', key: metaKeys.oifname } },
  'ct-state': { type: 'ct_state', source: { expression: 'ct', key: conntrackKeys.state } },
  'ct-status': { type: 'ct_status', source: { expression: 'ct', key: conntrackKeys.status } },
  'source-address-type': { type: 'fib_addrtype', source: { expression: 'fib', flags: routeNumbers.source } },
  'destination-address-type': {
    type: 'fib_addrtype',
    source: { expression: 'fib', flags: routeNumbers.destination },
  },
};

/** Addresses by their places in the headers (RFC 791, RFC 8200). */
const sources: Readonly<Record<IpFamily, FieldSources>> = {
  ip: {
    ...commonSources,
    'source-address': payload('ipv4_addr', payloadBases.network, 12),
    'destination-address': payload('ipv4_addr', payloadBases.network, 16),
  },
  ip6: {
    ...commonSources,
    'source-address': payload('ipv6_addr', payloadBases.network, 8),
    'destination-address': payload('ipv6_addr', payloadBases.network, 24),
  },
};

function loadNumber(
  target: ExpressionTarget,
  { method, modulus, offset, of, seed }: Expression & { kind: 'number' },
  unit: number,
): ValueType {
  const { writer } = target;
  if (method !== 'hash') {
    writeExpression(writer, 'numgen', () => {
      writer.number(numberAttributes.into, register(unit));
      writer.number(numberAttributes.modulus, modulus);
      writer.number(numberAttributes.type, numberTypes[method]);
      writer.number(numberAttributes.offset, offset);
    });
    return 'integer';
  }
  if (of === undefined || seed === undefined) throw new NoKernelForm('a hash needs a value and a seed');
  // What is hashed may stand where the number comes to: the kernel reads it before.
  const types = load(target, of, unit);
  writeExpression(writer, 'hash', () => {
    writer.number(hashAttributes.from, register(unit));
    writer.number(hashAttributes.into, register(unit));
    writer.number(hashAttributes.length, lengthOfParts(types));
    writer.number(hashAttributes.modulus, modulus);
    writer.number(hashAttributes.seed, seed);
    writer.number(hashAttributes.offset, offset);
    writer.number(hashAttributes.type, jenkins);
  });
  return 'integer';
}

function loadBits(
  target: ExpressionTarget,
  { operator, left, right }: Expression & { kind: 'bits' },
  unit: number,
): ValueType {
  const type = loadPart(target, left, unit);
  if (right.kind !== 'value' || typeof right.value !== 'bigint')
    throw new NoKernelForm('bits are changed by a number only');
  const all = (1n << BigInt(8 * lengthOf(type))) - 1n;
  const value = right.value;
  switch (operator) {
    case '&':
      writeBitwise(target, type, { mask: value, xor: 0n }, unit);
      break;
    case '|':
      writeBitwise(target, type, { mask: all ^ value, xor: value }, unit);
      break;
    case '^':
      writeBitwise(target, type, { mask: all, xor: value }, unit);
      break;
    default:
      throw new NoKernelForm(`no rule of ours shifts bits (${operator})`);
  }
  return type;
}

/** `value & mask ^ xor`, in its register. */
export function writeBitwise(
  { writer }: ExpressionTarget,
  type: ValueType,
  { mask, xor }: { readonly mask: bigint; readonly xor: bigint },
  unit: number,
): void {
  writeExpression(writer, 'bitwise', () => {
    writer.number(bitwiseAttributes.from, register(unit));
    writer.number(bitwiseAttributes.into, register(unit));
    writer.number(bitwiseAttributes.length, lengthOf(type));
    writeValue(writer, bitwiseAttributes.mask, [mask], [type]);
    writeValue(writer, bitwiseAttributes.xor, [xor], [type]);
  });
}

import { isTracked } from '../../../../rules-text/nft/expression/expression.ts';
import type {
  ElementsOf,
  Expression,
  Interval,
  NatTarget,
  Pattern,
  Rule,
  Scalar,
  Statement,
  Test,
} from '../../../../rules-text/rule.ts';
import { hostBits } from '../host-bits.ts';
import {
  compareAttributes,
  compareOperators,
  counterAttributes,
  dataAttributes,
  dynamicSetAttributes,
  dynamicSetOperations,
  familyNumbers,
  fullyRandom,
  immediateAttributes,
  inverse,
  lookupAttributes,
  masqueradeAttributes,
  metaAttributes,
  metaKeys,
  natAttributes,
  natTypes,
  rangeAttributes,
  registers,
  rejectAttributes,
  rejectNumbers,
} from '../kernel-numbers.ts';
import { isAddress, lengthOf, type ValueType } from '../value-bytes.ts';
import type { AnonymousSets } from './anonymous-sets.ts';
import { onlyPattern } from './only-pattern.ts';
import {
  type ExpressionTarget,
  load,
  loadField,
  register,
  typesOf,
  unitsOf,
  writeBitwise,
} from './registers.ts';
import { bytesOfValue, NoKernelForm, writeExpression, writeValue, writeVerdict } from './write-expression.ts';

/** What the rule does, as expressions. Sets that stand in it must have been made before. */
export function writeStatements(target: ExpressionTarget, { statements }: Rule, sets: AnonymousSets): void {
  const writing: Writing = { ...target, sets };
  for (const statement of statements) {
    // The kernel ends a rule by itself where it asks for a connection that is not there (net/netfilter/nft_ct.c).
    if (statement !== isTracked) writeStatement(writing, statement);
  }
}

interface Writing extends ExpressionTarget {
  readonly sets: AnonymousSets;
}

function writeStatement(writing: Writing, statement: Statement): void {
  const { writer } = writing;
  switch (statement.kind) {
    case 'match':
      writeMatch(writing, statement.value, statement.test);
      break;
    case 'verdict-map':
      load(writing, statement.key);
      writeLookup(writing, statement.map, { into: registers.verdict });
      break;
    case 'verdict':
      writeExpression(writer, 'immediate', () => {
        writer.number(immediateAttributes.into, registers.verdict);
        writeVerdict(writer, immediateAttributes.data, statement.verdict);
      });
      break;
    case 'assign':
      writeMark(writing, statement);
      break;
    case 'destination-nat':
      writeDestination(writing, statement.to);
      break;
    case 'masquerade':
      writeExpression(writer, 'masq', () => {
        if (statement.fullyRandom) writer.number(masqueradeAttributes.flags, fullyRandom);
      });
      break;
    case 'reject':
      writeReject(writing, statement);
      break;
    case 'set-update':
      writeSetUpdate(writing, statement);
      break;
    case 'no-op':
      writeCounter(writing, statement);
      break;
    default:
      requireForm(false, statement);
  }
}

function requireForm(holds: boolean, { kind }: Statement): void {
  if (!holds) throw new NoKernelForm(`no rule of ours has such a statement of kind ${kind}`);
}

function writeReject({ writer, family }: Writing, statement: Statement & { kind: 'reject' }): void {
  requireForm(statement.with.endsWith(' port-unreachable'), statement);
  writeExpression(writer, 'reject', () => {
    writer.number(rejectAttributes.type, rejectNumbers.unreachable);
    writer.byte(rejectAttributes.code, rejectNumbers.port[family]);
  });
}

function writeCounter({ writer }: Writing, statement: Statement & { kind: 'no-op' }): void {
  requireForm(statement.text === 'counter', statement);
  writeExpression(writer, 'counter', () => {
    writer.long(counterAttributes.bytes, 0n);
    writer.long(counterAttributes.packets, 0n);
  });
}

function writeMatch(writing: Writing, value: Expression, test: Test): void {
  if (test.kind === 'any-bit') {
    const type = onlyType(load(writing, value));
    writeBitwise(writing, type, { mask: test.bits, xor: 0n }, 0);
    writeComparison(writing, test.negated ? '==' : '!=', 0n, type);
  } else if (test.kind === 'compare') {
    if (test.with.kind !== 'value' || typeof test.with.value === 'object')
      throw new NoKernelForm('rules of ours compare with one value only');
    writeComparison(writing, test.operator, test.with.value, onlyType(load(writing, value)));
  } else {
    const only = onlyPattern(test.elements);
    if (only !== undefined) writePattern(writing, value, only, test.negated);
    else {
      load(writing, value);
      writeLookup(writing, test.elements, { isInverse: test.negated });
    }
  }
}

function writeComparison(
  writing: Writing,
  operator: keyof typeof compareOperators,
  value: Scalar,
  type: ValueType,
): void {
  compareBytes(writing, operator, bytesOfValue([value], [type]));
}

function writePattern(writing: Writing, value: Expression, pattern: Pattern, negated: boolean): void {
  const operator = negated ? '!=' : '==';
  const type = onlyType(typesOf(value, writing.family));
  if (typeof pattern !== 'object') {
    load(writing, value);
    writeComparison(writing, operator, pattern, type);
  } else if ('prefix' in pattern) {
    load(writing, value);
    compareBytes(writing, operator, Buffer.from(pattern.prefix));
  } else {
    const bits = hostBits(pattern.from, pattern.to);
    if (bits === undefined) writeRange(writing, value, pattern, negated);
    else writeNetwork(writing, value, { ...pattern, bits, operator });
  }
}

/** As nft: where the network ends with a byte, only the bytes of the network are loaded. */
function writeNetwork(
  writing: Writing,
  value: Expression,
  { from, bits, operator }: { readonly from: bigint; readonly bits: number; readonly operator: '==' | '!=' },
): void {
  const type = onlyType(typesOf(value, writing.family));
  const length = lengthOf(type);
  if (isAddress(type) && bits % 8 === 0 && bits < 8 * length && value.kind === 'field') {
    const bytes = length - bits / 8;
    loadField(writing, value.field, 0, bytes);
    compareBytes(writing, operator, bytesOfValue([from], [type]).subarray(0, bytes));
    return;
  }
  load(writing, value);
  const all = (1n << BigInt(8 * length)) - 1n;
  writeBitwise(writing, type, { mask: all ^ ((1n << BigInt(bits)) - 1n), xor: 0n }, 0);
  writeComparison(writing, operator, from, type);
}

function compareBytes({ writer }: Writing, operator: keyof typeof compareOperators, bytes: Uint8Array): void {
  writeExpression(writer, 'cmp', () => {
    writer.number(compareAttributes.from, register(0));
    writer.number(compareAttributes.operator, compareOperators[operator]);
    writer.nest(compareAttributes.data, () => writer.bytes(dataAttributes.value, bytes));
  });
}

function writeRange(writing: Writing, value: Expression, { from, to }: Interval, negated: boolean): void {
  const { writer } = writing;
  const type = onlyType(load(writing, value));
  writeExpression(writer, 'range', () => {
    writer.number(rangeAttributes.from, register(0));
    writer.number(rangeAttributes.operator, negated ? 1 : 0);
    writeValue(writer, rangeAttributes.first, [from], [type]);
    writeValue(writer, rangeAttributes.last, [to], [type]);
  });
}

function writeLookup(
  { writer, sets }: Writing,
  elements: ElementsOf,
  { into, isInverse = false }: { readonly into?: number; readonly isInverse?: boolean },
): void {
  writeExpression(writer, 'lookup', () => {
    if (elements.kind === 'named') writer.text(lookupAttributes.set, elements.name);
    else {
      const { name, id } = sets.of(elements);
      writer.text(lookupAttributes.set, name);
      writer.number(lookupAttributes.setId, id);
    }
    writer.number(lookupAttributes.from, register(0));
    if (into !== undefined) writer.number(lookupAttributes.into, into);
    if (isInverse) writer.number(lookupAttributes.flags, inverse);
  });
}

function writeMark(writing: Writing, { field, value }: Statement & { kind: 'assign' }): void {
  if (field !== 'mark') throw new NoKernelForm(`no rule of ours sets the ${field}`);
  const { writer } = writing;
  if (value.kind === 'value' && typeof value.value === 'bigint')
    writeImmediate(writing, value.value, 'mark', 0);
  else load(writing, value);
  writeExpression(writer, 'meta', () => {
    writer.number(metaAttributes.key, metaKeys.mark);
    writer.number(metaAttributes.from, register(0));
  });
}

function writeImmediate({ writer }: Writing, value: bigint, type: ValueType, unit: number): void {
  writeExpression(writer, 'immediate', () => {
    writer.number(immediateAttributes.into, register(unit));
    writeValue(writer, immediateAttributes.data, [value], [type]);
  });
}

function writeDestination(writing: Writing, to: NatTarget): void {
  const { writer, family } = writing;
  const addressType = family === 'ip' ? 'ipv4_addr' : 'ipv6_addr';
  const portUnit = unitsOf([addressType]);
  const hasPort = 'both' in to || ('port' in to && to.port !== undefined);
  if ('both' in to) {
    if (to.both.kind !== 'map') throw new NoKernelForm('address and port come from a map');
    load(writing, to.both.key);
    writeLookup(writing, to.both.map, { into: register(0) });
  } else {
    if (!('address' in to) || to.address === undefined)
      throw new NoKernelForm('a destination needs an address');
    writeImmediate(writing, numberOf(to.address), addressType, 0);
    if (to.port !== undefined) writeImmediate(writing, numberOf(to.port), 'inet_service', portUnit);
  }
  writeExpression(writer, 'nat', () => {
    writer.number(natAttributes.type, natTypes.destination);
    writer.number(natAttributes.family, familyNumbers[family]);
    writer.number(natAttributes.address, register(0));
    if (hasPort) writer.number(natAttributes.port, register(portUnit));
  });
}

function numberOf(expression: Expression): bigint {
  if (expression.kind === 'value' && typeof expression.value === 'bigint') return expression.value;
  throw new NoKernelForm('address and port of a destination are numbers');
}

function writeSetUpdate(
  writing: Writing,
  { action, set, key, timeout }: Statement & { kind: 'set-update' },
): void {
  const { writer } = writing;
  load(writing, key);
  writeExpression(writer, 'dynset', () => {
    writer.text(dynamicSetAttributes.set, set);
    writer.number(dynamicSetAttributes.operation, dynamicSetOperations[action]);
    writer.number(dynamicSetAttributes.key, register(0));
    if (timeout !== undefined) writer.long(dynamicSetAttributes.timeout, BigInt(timeout));
  });
}

function onlyType(types: readonly ValueType[]): ValueType {
  const [type, ...others] = types;
  if (type === undefined || others.length > 0) throw new NoKernelForm('one value is compared with one value');
  return type;
}

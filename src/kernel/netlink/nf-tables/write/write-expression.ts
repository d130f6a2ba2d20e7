import type { Scalar, Verdict } from '../../../../rules-text/rule.ts';
import type { MessageWriter } from '../../message-writer.ts';
import {
  dataAttributes,
  expressionAttributes,
  listElement,
  verdictAttributes,
  verdictCodes,
} from '../kernel-numbers.ts';
import { type ValueType, valueBytes } from '../value-bytes.ts';

/** A part of our rules has no form in the kernel that is known here. All rules are ours, so it is a fault of ours. */
export class NoKernelForm extends Error {
  override readonly name = 'NoKernelForm';
}

/** One expression of a rule, by the kernel's name of it. */
export function writeExpression(writer: MessageWriter, name: string, fill: () => void): void {
  writer.nest(listElement, () => {
    writer.text(expressionAttributes.name, name);
    writer.nest(expressionAttributes.data, fill);
  });
}

/** An attribute that holds a value of these types. Throws a `NoKernelForm` where it is none. */
export function writeValue(
  writer: MessageWriter,
  attribute: number,
  value: readonly Scalar[],
  types: readonly ValueType[],
): void {
  const bytes = bytesOfValue(value, types);
  writer.nest(attribute, () => writer.bytes(dataAttributes.value, bytes));
}

/** A value of these types as the kernel has it. Throws a `NoKernelForm` where it is none. */
export function bytesOfValue(value: readonly Scalar[], types: readonly ValueType[]): Uint8Array {
  const bytes = valueBytes(value, types);
  if (bytes === undefined) throw new NoKernelForm(`${value.join(' . ')} is no ${types.join(' . ')}`);
  return bytes;
}

/** An attribute that holds a verdict. */
export function writeVerdict(writer: MessageWriter, attribute: number, verdict: Verdict): void {
  writer.nest(attribute, () =>
    writer.nest(dataAttributes.verdict, () => {
      writer.signed(verdictAttributes.code, verdictCodes[verdict.kind]);
      if ('chain' in verdict) writer.text(verdictAttributes.chain, verdict.chain);
    }),
  );
}

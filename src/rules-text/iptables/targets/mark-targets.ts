import type { Expression, Statement } from '../../rule.ts';
import { type Extension, extensionText, hasOption, valueOfOption } from '../extension.ts';
import { allOnes, bitsOf, constant, fieldOf } from '../statements.ts';
import { readMasked, readNumber } from '../values.ts';

type MarkField = 'mark' | 'ct-mark';

/** `-j MARK`. */
export function setMark(extension: Extension): readonly Statement[] | undefined {
  return setField('mark', extension);
}

/** `-j CONNMARK`: sets the connection's mark, or copies it from the packet's, or the other way round. */
export function setConnectionMark(extension: Extension): readonly Statement[] | undefined {
  const shifts = hasOption(extension, '--left-shift-mark') || hasOption(extension, '--right-shift-mark');
  const restores = hasOption(extension, '--restore-mark');
  if (shifts) {
    const value: Expression = { kind: 'unknown', text: extensionText(extension) };
    return [{ kind: 'assign', field: restores ? 'mark' : 'ct-mark', value }];
  }
  if (restores) return copyField('ct-mark', 'mark', extension);
  return hasOption(extension, '--save-mark')
    ? copyField('mark', 'ct-mark', extension)
    : setField('ct-mark', extension);
}

function setField(field: MarkField, extension: Extension): readonly Statement[] | undefined {
  const [option, ...rest] = extension.options;
  if (option === undefined || option.negated || option.values.length !== 1 || rest.length > 0)
    return undefined;
  const change = readChange(option.name, option.values[0] ?? '');
  return change && [{ kind: 'assign', field, value: changed(field, change) }];
}

interface Change {
  readonly clear: bigint;
  readonly toggle: bigint;
}

/** All of these clear some bits and then toggle some (man iptables-extensions, MARK). */
function readChange(name: string, text: string): Change | undefined {
  if (name === '--set-xmark' || name === '--set-mark') {
    const mark = readMasked(text);
    if (mark === undefined) return undefined;
    return { clear: name === '--set-mark' ? mark.mask | mark.value : mark.mask, toggle: mark.value };
  }
  const bits = readNumber(text);
  if (bits === undefined || bits > allOnes) return undefined;
  if (name === '--or-mark') return { clear: bits, toggle: bits };
  if (name === '--xor-mark') return { clear: 0n, toggle: bits };
  return name === '--and-mark' ? { clear: allOnes ^ bits, toggle: 0n } : undefined;
}

function copyField(from: MarkField, to: MarkField, extension: Extension): readonly Statement[] | undefined {
  const masks = extension.options.filter(({ name }) => name !== '--save-mark' && name !== '--restore-mark');
  if (masks.some(({ name }) => !maskOptions.has(name)) || extension.options.length > masks.length + 1)
    return undefined;
  const packetMask = maskOf(extension, '--nfmask');
  const connectionMask = maskOf(extension, '--ctmask');
  if (packetMask === undefined || connectionMask === undefined) return undefined;
  const [fromMask, toMask] = from === 'mark' ? [packetMask, connectionMask] : [connectionMask, packetMask];
  const copied = fromMask === allOnes ? fieldOf(from) : bitsOf(fieldOf(from), '&', constant(fromMask));
  return [{ kind: 'assign', field: to, value: toggled(withoutBits(to, toMask), copied) }];
}

const maskOptions: ReadonlySet<string> = new Set(['--mask', '--nfmask', '--ctmask']);

function maskOf(extension: Extension, name: string): bigint | undefined {
  const chosen = ['--mask', name].filter((option) => hasOption(extension, option));
  if (chosen.length === 0) return allOnes;
  const mask = readNumber(valueOfOption(extension, chosen[0] ?? '') ?? '');
  return mask === undefined || mask > allOnes || chosen.length > 1 ? undefined : mask;
}

function changed(field: MarkField, { clear, toggle }: Change): Expression {
  if (clear === toggle) return bitsOf(fieldOf(field), '|', constant(toggle));
  return toggled(withoutBits(field, clear), constant(toggle));
}

/** What is left of the field. */
function withoutBits(field: MarkField, clear: bigint): Expression {
  if (clear === 0n) return fieldOf(field);
  return clear === allOnes ? constant(0n) : bitsOf(fieldOf(field), '&', constant(allOnes ^ clear));
}

function toggled(left: Expression, right: Expression): Expression {
  if (isZero(left)) return right;
  return isZero(right) ? left : bitsOf(left, '^', right);
}

function isZero(expression: Expression): boolean {
  return expression.kind === 'value' && expression.value === 0n;
}

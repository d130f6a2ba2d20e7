import type { Scalar } from '../../rule.ts';
import type { DataType } from '../expression/data-types.ts';

/** One text for each key, however a listing writes it. */
export function keyText(key: readonly Scalar[], types: readonly DataType[]): string {
  return key.map((scalar, at) => types[at]?.format(scalar) ?? '').join(separator);
}

/** Names have no spaces. */
const separator = ' ';

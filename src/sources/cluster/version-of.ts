import { type Fields, isFields } from '../../state/read-fields.ts';

/** `metadata.resourceVersion` of an object or a List; `undefined` where it has none. */
export function versionOf({ metadata }: Fields): string | undefined {
  const version = isFields(metadata) ? metadata.resourceVersion : undefined;
  return typeof version === 'string' && version !== '' ? version : undefined;
}

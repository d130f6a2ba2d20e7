import { type ApiObject, isObject, type StoredObject } from '../store/api-object.ts';
import { badRequest, failure, Refusal } from '../store/refusal.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMerge } from './strategic-merge.ts';

/** The object as a patch of one of the API's media types makes it. Throws a `Refusal` for a patch that is none. */
export function patchObject(before: StoredObject, patch: unknown, contentType: string): ApiObject {
  const mediaType = contentType.split(';')[0]?.trim();
  switch (mediaType) {
    case 'application/json-patch+json':
      return whole(jsonPatch(before, patch));
    case 'application/merge-patch+json':
      return whole(mergePatch(before, checked(patch)));
    case 'application/strategic-merge-patch+json':
      return whole(strategicMerge(before, checked(patch)));
    case 'application/apply-patch+yaml':
      return whole(strategicMerge(before, withoutVersion(checked(patch))));
    default:
      throw new Refusal(failure(415, 'UnsupportedMediaType', unsupported));
  }
}

export const patchTypes: ReadonlySet<string> = new Set([
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]);

const unsupported = 'the body of the request was in an unknown format';

function checked(patch: unknown): ApiObject {
  if (!isObject(patch)) throw new Refusal(badRequest('a patch must be an object'));
  return patch;
}

function whole(object: unknown): ApiObject {
  if (!isObject(object)) throw new Refusal(badRequest('the patch leaves no object'));
  return object;
}

/** Who applies an object means it, whatever version it was read from. */
function withoutVersion({ metadata, ...object }: ApiObject): ApiObject {
  if (!isObject(metadata)) return object;
  const { managedFields: _fields, ...own } = metadata;
  return { ...object, metadata: own };
}

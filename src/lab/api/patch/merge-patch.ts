import { type ApiObject, isObject } from '../store/api-object.ts';

/** RFC 7396. */
export function mergePatch(target: unknown, patch: ApiObject): ApiObject {
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = isObject(value) ? mergePatch(merged[name], value) : value;
  }
  return merged;
}

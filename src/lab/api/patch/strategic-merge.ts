import isEqual from 'lodash/isEqual.js';
import { type ApiObject, isObject } from '../store/api-object.ts';
import { isSetOfTexts, mergeKeyOf } from './merge-keys.ts';

/**
 * Merges a patch into an object, items of lists by their merge keys, with the directives that kubectl writes: `$patch`,
 * `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…` (sig-api-machinery/strategic-merge-patch.md).
 */
export function strategicMerge(target: unknown, patch: ApiObject): ApiObject {
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  const merged: Record<string, unknown> = isObject(target) ? retained(target, patch.$retainKeys) : {};
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) mergeDirective(merged, name, value);
    else if (value === null) delete merged[name];
    else merged[name] = mergeMember(name, merged[name], value);
  }
  for (const [name, value] of Object.entries(patch)) order(merged, name, value);
  return merged;
}

function mergeMember(name: string, target: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return mergeList(name, Array.isArray(target) ? target : [], value);
  return isObject(value) ? strategicMerge(target, value) : value;
}

function mergeList(name: string, target: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  if (isSetOfTexts(name)) return [...target, ...patch.filter((text) => !target.includes(text))];
  if (patch.some((item) => isObject(item) && item.$patch === 'replace'))
    return patch.filter((item) => !isObject(item) || item.$patch === undefined);
  const key = mergeKeyOf(name, [...target, ...patch]);
  if (key === undefined) return patch;
  return patch.reduce<readonly unknown[]>((list, item) => mergeItem(list, key, item), target);
}

function mergeItem(list: readonly unknown[], key: string, patch: unknown): readonly unknown[] {
  if (!isObject(patch)) return list;
  const at = list.findIndex((item) => isObject(item) && isEqual(item[key], patch[key]));
  if (patch.$patch === 'delete') return at < 0 ? list : list.toSpliced(at, 1);
  if (at < 0) return [...list, strategicMerge({}, patch)];
  return list.with(at, strategicMerge(list[at], patch));
}

function mergeDirective(merged: Record<string, unknown>, directive: string, value: unknown): void {
  const name = /^\$deleteFromPrimitiveList\/(.*)$/.exec(directive)?.[1];
  const list = name === undefined ? undefined : merged[name];
  if (name === undefined || !Array.isArray(list) || !Array.isArray(value)) return;
  merged[name] = list.filter((text) => !value.includes(text));
}

/** Items that the directive names stand in its order; the others follow the one that they followed. */
function order(merged: Record<string, unknown>, directive: string, wanted: unknown): void {
  const name = /^\$setElementOrder\/(.*)$/.exec(directive)?.[1];
  const list = name === undefined ? undefined : merged[name];
  if (name === undefined || !Array.isArray(list) || !Array.isArray(wanted)) return;
  const key = mergeKeyOf(name, [...list, ...wanted]);
  const identity = (item: unknown) => (key !== undefined && isObject(item) ? item[key] : item);
  const rank = (item: unknown) => wanted.findIndex((named) => isEqual(identity(named), identity(item)));
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  merged[name] = list.map((item) => (rank(item) >= 0 ? named.shift() : item));
}

function retained(target: ApiObject, keys: unknown): Record<string, unknown> {
  if (!Array.isArray(keys)) return { ...target };
  return Object.fromEntries(Object.entries(target).filter(([name]) => keys.includes(name)));
}

function withoutDirectives(patch: ApiObject): ApiObject {
  return Object.fromEntries(Object.entries(patch).filter(([name]) => !name.startsWith('$')));
}

import type { z } from 'zod';
import { type Kind, shapes } from '../kinds/kinds.ts';
import { type ApiObject, isObject } from '../store/api-object.ts';
import { badRequest, Refusal } from '../store/refusal.ts';
import type { Written } from './written.ts';

/** The object without nulls, if all fields that are read have the right type. Throws a `Refusal` (400). */
export function checkShape<K extends Kind>(kind: K, object: ApiObject): Written<K> {
  const whole = withoutNulls({ ...object, metadata: withoutEmpty(object.metadata) });
  const { error } = shapes[kind].safeParse(whole);
  const { name } = isObject(object.metadata) ? object.metadata : {};
  if (error !== undefined) throw new Refusal(badRequest(describe(kind, object, error)));
  if (typeof name !== 'string') throw new Refusal(badRequest('metadata.name must be a text'));
  // The shape was checked.
  return whole as Written<K>;
}

/** For JSON a null is what is absent; clients in Go write it for times. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

/** Labels, annotations and the like that hold nothing are none. */
function withoutEmpty(metadata: unknown): unknown {
  if (!isObject(metadata)) return metadata;
  const isEmpty = (value: unknown) =>
    typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isEmpty(value)));
}

function describe(kind: Kind, { apiVersion }: ApiObject, { issues }: z.ZodError): string {
  const faults = issues.map(({ path, message }) => `${fieldOf(path)}: ${message}`);
  const prefix = `${kind} in version "${String(apiVersion).split('/').at(-1)}" cannot be handled as a ${kind}`;
  return `${prefix}: ${faults.join('; ')}`;
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1);
}

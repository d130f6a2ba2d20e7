import { type NameRule, nameRules } from '../../../state/object-names.ts';
import { failure, type Status } from '../store/refusal.ts';
import { groupResource, type ServedResource } from '../store/resources.ts';

/** What is wrong with a field, in the words of the real server (apimachinery, util/validation/field). */
export interface Fault {
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

export function invalid(field: string, value: unknown, detail: string): Fault {
  const message = `Invalid value: ${JSON.stringify(value)}: ${detail}`;
  return { field, reason: 'FieldValueInvalid', message };
}

export function required(field: string, detail = ''): Fault {
  const message = detail === '' ? 'Required value' : `Required value: ${detail}`;
  return { field, reason: 'FieldValueRequired', message };
}

export function duplicate(field: string, value: unknown): Fault {
  const message = `Duplicate value: ${JSON.stringify(value)}`;
  return { field, reason: 'FieldValueDuplicate', message };
}

export function forbidden(field: string, detail: string): Fault {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${detail}` };
}

/** Where the value is none of those that are allowed; nothing where it is. */
export function oneOf(
  field: string,
  value: string | undefined,
  allowed: readonly string[],
): readonly Fault[] {
  if (value === undefined) return [required(field)];
  if (allowed.includes(value)) return [];
  const list = allowed.map((each) => JSON.stringify(each)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return [{ field, reason: 'FieldValueNotSupported', message }];
}

export function portNumber(field: string, value: number): readonly Fault[] {
  return value >= 1 && value <= 65535
    ? []
    : [invalid(field, value, 'must be between 1 and 65535, inclusive')];
}

export function notNegative(field: string, value: number | undefined): readonly Fault[] {
  return value === undefined || value >= 0
    ? []
    : [invalid(field, value, 'must be greater than or equal to 0')];
}

export function named(field: string, value: string, rule: NameRule): readonly Fault[] {
  if (rule.pattern.test(value)) return [];
  const kind = rule === nameRules.label ? 'label' : 'subdomain';
  return [
    invalid(
      field,
      value,
      `a lowercase RFC 1123 ${kind} must consist of ${rule.allowed}, and must start and end with a letter or digit`,
    ),
  ];
}

/** Labels of an object, or those that a selector wants. */
export function labels(field: string, given: Readonly<Record<string, string>> | undefined): readonly Fault[] {
  return Object.entries(given ?? {}).flatMap(([key, value]) => [
    ...(labelKey.test(key) ? [] : [invalid(field, key, keyRule)]),
    ...(nameRules.labelValue.pattern.test(value)
      ? []
      : [invalid(field, value, `a valid label must be an empty string or ${nameRules.labelValue.allowed}`)]),
  ]);
}

const labelKey =
  /^(?:(?=[^/]{1,253}\/)[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const keyRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** 422, with a cause for each fault. */
export function invalidObject(resource: ServedResource, name: string, faults: readonly Fault[]): Status {
  const { group } = groupResource(resource);
  const { kind } = resource;
  const each = faults.map(({ field, message }) => `${field}: ${message}`);
  const all = each.length === 1 ? each.join() : `[${each.join(', ')}]`;
  const full = group === '' ? kind : `${kind}.${group}`;
  return failure(422, 'Invalid', `${full} "${name}" is invalid: ${all}`, {
    name,
    ...(group === '' ? {} : { group }),
    kind,
    causes: faults.map(({ field, reason, message }) => ({ reason, message, field })),
  });
}

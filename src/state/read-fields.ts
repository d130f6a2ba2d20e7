import { type Address, familyOf, parseAddress } from '../net/address.ts';
import { type Cidr, parseCidr } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { NameRule } from './object-names.ts';
import { ownText, sharedText } from './own-text.ts';
import type { Problem } from './problem.ts';
import { shown } from './shown.ts';

/**
 * Reads the fields of one object and collects problems. A field that is absent, or null as some tools write it, is not
 * a problem; an unusable field is left out, and the others are still read.
 */
export class FieldReader {
  readonly problems: Problem[];
  readonly #object: string;
  readonly #origin: string | undefined;

  /** `object` names what is read: `Service default/web`; what is wrong with it is added to `problems`. */
  constructor(object: string, origin: string | undefined, problems: Problem[]) {
    this.#object = object;
    this.#origin = origin;
    this.problems = problems;
  }

  fault(field: string, reason: string): undefined {
    const origin = this.#origin === undefined ? {} : { origin: this.#origin };
    this.problems.push({ object: this.#object, field, reason, ...origin });
    return undefined;
  }

  /** A mapping; an empty one where there is none. */
  mapping(value: unknown, field: string): Fields {
    if (value === undefined || value === null) return {};
    if (isFields(value)) return value;
    this.fault(field, `must be a mapping of fields, got ${shown(value)}`);
    return {};
  }

  /** A list; an empty one where there is none. */
  list(value: unknown, field: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.fault(field, `must be a list, got ${shown(value)}`);
    return [];
  }

  text(value: unknown, field: string): string | undefined {
    if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
    return this.fault(field, `must be a string, got ${shown(value)}`);
  }

  /** A name that the rule allows, whose text many records may share. */
  name(value: unknown, field: string, { pattern, allowed }: NameRule): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && pattern.test(value)) return sharedText(value);
    return this.fault(field, `must be ${allowed}, got ${shown(value)}`);
  }

  /** A name that must be there. */
  requiredName(value: unknown, field: string, { pattern, allowed }: NameRule): string | undefined {
    if (typeof value === 'string' && pattern.test(value)) return ownText(value);
    return this.fault(field, `must be ${allowed}, got ${shown(value)}`);
  }

  flag(value: unknown, field: string): boolean | undefined {
    if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
    return this.fault(field, `must be true or false, got ${shown(value)}`);
  }

  /** One of a few words. */
  word<W extends string>(value: unknown, field: string, allowed: readonly W[]): W | undefined {
    if (value === undefined || value === null) return undefined;
    const found = allowed.find((one) => one === value);
    return found ?? this.fault(field, `must be ${allowed.join(', ')}, got ${shown(value)}`);
  }

  integer(value: unknown, field: string, least: number, most: number): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.fault(field, `must be an integer from ${least} to ${most}, got ${shown(value)}`);
  }

  /** A port that must be there. */
  port(value: unknown, field: string): number | undefined {
    if (value === undefined || value === null)
      return this.fault(field, 'is missing; it must be a port from 1 to 65535');
    return this.integer(value, field, 1, 65_535);
  }

  address(value: unknown, field: string): Address | undefined {
    const parsed = typeof value === 'string' ? parseAddress(ownText(value)) : undefined;
    return parsed ?? this.fault(field, `must be an IPv4 or IPv6 address, got ${shown(value)}`);
  }

  addressOf(family: Family, value: unknown, field: string): Address | undefined {
    const parsed = typeof value === 'string' ? parseAddress(ownText(value)) : undefined;
    if (parsed !== undefined && familyOf(parsed) === family) return parsed;
    return this.fault(field, `must be an ${family} address, got ${shown(value)}`);
  }

  cidr(value: unknown, field: string): Cidr | undefined {
    const parsed = typeof value === 'string' ? parseCidr(value.trim()) : undefined;
    return parsed ?? this.fault(field, `must be a CIDR such as 10.0.0.0/8 or fd00::/64, got ${shown(value)}`);
  }

  /** Each entry that `read` can use. */
  each<T>(value: unknown, field: string, read: (entry: unknown, field: string) => T | undefined): T[] {
    const found: T[] = [];
    this.list(value, field).forEach((entry, index) => {
      const one = read(entry, `${field}[${index}]`);
      if (one !== undefined) found.push(one);
    });
    return found;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

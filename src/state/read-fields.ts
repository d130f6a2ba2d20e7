import { type Address, familyOf, parseAddress } from '../net/address.ts';
import { type Cidr, parseCidr } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { NameRule } from './object-names.ts';
import { ownText, sharedName } from './own-text.ts';
import type { Problem } from './problem.ts';
import { shown } from './shown.ts';

/** The path of a field. There are a million fields, and mostly nothing is wrong, so it is made a text only for a problem. */
export interface FieldPath {
  toString(): string;
}

/**
 * Reads the fields of one object and collects problems. A field that is absent, or null as some tools write it, is not
 * a problem; an unusable field is left out, and the others are still read.
 */
export class FieldReader {
  readonly problems: Problem[];
  readonly #describe: () => string;
  readonly #origin: string | undefined;

  /** `describe` names what is read: `Service default/web`; what is wrong with it is added to `problems`. */
  constructor(describe: () => string, origin: string | undefined, problems: Problem[]) {
    this.#describe = describe;
    this.#origin = origin;
    this.problems = problems;
  }

  fault(field: FieldPath, reason: string): undefined {
    const origin = this.#origin === undefined ? {} : { origin: this.#origin };
    this.problems.push({ object: this.#describe(), field: `${field}`, reason, ...origin });
    return undefined;
  }

  /** A mapping; an empty one where there is none. `below` goes on with the path, here and in the following. */
  mapping(value: unknown, field: FieldPath, below = ''): Fields {
    if (value === undefined || value === null) return nothing;
    if (isFields(value)) return value;
    this.fault(`${field}${below}`, `must be a mapping of fields, got ${shown(value)}`);
    return nothing;
  }

  /** A list; an empty one where there is none. */
  list(value: unknown, field: FieldPath, below = ''): readonly unknown[] {
    if (value === undefined || value === null) return none;
    if (Array.isArray(value)) return value;
    this.fault(`${field}${below}`, `must be a list, got ${shown(value)}`);
    return none;
  }

  text(value: unknown, field: FieldPath): string | undefined {
    if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
    return this.fault(field, `must be a string, got ${shown(value)}`);
  }

  /** A name that the rule allows, whose text many records may share. */
  name(value: unknown, field: FieldPath, rule: NameRule, below = ''): string | undefined {
    if (value === undefined || value === null) return undefined;
    const name = typeof value === 'string' ? sharedName(value, rule) : undefined;
    return name ?? this.fault(`${field}${below}`, `must be ${rule.allowed}, got ${shown(value)}`);
  }

  /** A name that must be there; it may be a part of a larger text. */
  requiredName(value: unknown, field: FieldPath, { pattern, allowed }: NameRule): string | undefined {
    if (typeof value === 'string' && pattern.test(value)) return value;
    return this.fault(field, `must be ${allowed}, got ${shown(value)}`);
  }

  flag(value: unknown, field: FieldPath, below = ''): boolean | undefined {
    if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
    return this.fault(`${field}${below}`, `must be true or false, got ${shown(value)}`);
  }

  /** One of a few words. */
  word<W extends string>(value: unknown, field: FieldPath, allowed: readonly W[]): W | undefined {
    if (value === undefined || value === null) return undefined;
    const found = allowed.find((one) => one === value);
    return found ?? this.fault(field, `must be ${allowed.join(', ')}, got ${shown(value)}`);
  }

  integer(value: unknown, field: FieldPath, least: number, most: number): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.fault(field, `must be an integer from ${least} to ${most}, got ${shown(value)}`);
  }

  /** A port that must be there. */
  port(value: unknown, field: FieldPath): number | undefined {
    if (value === undefined || value === null)
      return this.fault(field, 'is missing; it must be a port from 1 to 65535');
    return this.integer(value, field, 1, 65_535);
  }

  address(value: unknown, field: FieldPath): Address | undefined {
    const parsed = typeof value === 'string' ? parseAddress(ownText(value)) : undefined;
    return parsed ?? this.fault(field, `must be an IPv4 or IPv6 address, got ${shown(value)}`);
  }

  addressOf(family: Family, value: unknown, field: FieldPath, below = ''): Address | undefined {
    const parsed = typeof value === 'string' ? parseAddress(ownText(value)) : undefined;
    if (parsed !== undefined && familyOf(parsed) === family) return parsed;
    return this.fault(`${field}${below}`, `must be an ${family} address, got ${shown(value)}`);
  }

  cidr(value: unknown, field: FieldPath): Cidr | undefined {
    const parsed = typeof value === 'string' ? parseCidr(value.trim()) : undefined;
    return parsed ?? this.fault(field, `must be a CIDR such as 10.0.0.0/8 or fd00::/64, got ${shown(value)}`);
  }

  /** Each entry that `read` can use. The path that it is given is another one's after it. */
  each<T>(
    value: unknown,
    field: FieldPath,
    read: (entry: unknown, field: FieldPath) => T | undefined,
    below = '',
  ): readonly T[] {
    const entries = this.list(value, field, below);
    if (entries.length === 0) return none;
    const path = new EntryPath(field, below);
    const found: T[] = [];
    for (const entry of entries) {
      const one = read(entry, path);
      if (one !== undefined) found.push(one);
      path.index += 1;
    }
    // Copied, since a list that grew has room for 16 more.
    return [...found];
  }
}

/** The path of one entry of a list after the other: `endpoints[3]`. */
class EntryPath implements FieldPath {
  index = 0;
  readonly #list: FieldPath;
  readonly #below: string;

  constructor(list: FieldPath, below: string) {
    this.#list = list;
    this.#below = below;
  }

  toString(): string {
    return `${this.#list}${this.#below}[${this.index}]`;
  }
}

const nothing: Fields = Object.freeze({});
const none: readonly never[] = Object.freeze([]);

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

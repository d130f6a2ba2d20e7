import { suggestField } from '../../config/did-you-mean.ts';
import { type Address, parseAddress } from '../../net/address.ts';
import { type Cidr, parseCidr } from '../../net/cidr.ts';
import { type MacAddress, parseMacAddress } from '../../net/mac-address.ts';
import { isObject, type JsonObject } from '../protocol/json.ts';
import type { Faults } from './faults.ts';

/**
 * The fields of an object of the configuration. Each is checked where it is asked for: a faulty one is noted, and read as
 * `undefined`, as one that is absent or `null`. What has not been asked for in the end is unknown.
 *
 * Not by zod: to load it would take as long as all the rest of the plugin.
 */
export class Fields {
  readonly #object: JsonObject;
  readonly #path: string;
  readonly #faults: Faults;
  readonly #asked = new Set<string>();

  /** `path` is where the object stands, such as `ipam.ranges[0][1]`; empty for the whole. */
  constructor(object: JsonObject, path: string, faults: Faults) {
    this.#object = object;
    this.#path = path;
    this.#faults = faults;
  }

  has(key: string): boolean {
    this.#asked.add(key);
    return this.#object[key] !== undefined && this.#object[key] !== null;
  }

  hasAny(): boolean {
    return Object.keys(this.#object).length > 0;
  }

  /** Whether a field holds something else than one of these values. */
  hasOtherThan(key: string, values: readonly unknown[]): boolean {
    return this.has(key) && !values.includes(this.#object[key]);
  }

  /** The fields are known, whatever they hold. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.#asked.add(key);
  }

  text(key: string): string | undefined {
    return this.#read(key, 'must be a text', (value) => (typeof value === 'string' ? value : undefined));
  }

  flag(key: string): boolean | undefined {
    return this.#read(key, 'must be true or false', (value) =>
      typeof value === 'boolean' ? value : undefined,
    );
  }

  integer(key: string, least: number, most: number): number | undefined {
    return this.#read(key, `must be a whole number from ${least} to ${most}`, (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? value
        : undefined,
    );
  }

  oneOf<const Value extends string>(key: string, values: readonly Value[]): Value | undefined {
    return this.#read(key, `must be one of ${values.join(', ')}`, (value) =>
      values.find((allowed) => allowed === value),
    );
  }

  matching(key: string, pattern: RegExp, rule: string): string | undefined {
    return this.#read(key, rule, (value) =>
      typeof value === 'string' && pattern.test(value) ? value : undefined,
    );
  }

  /** Plugins written in Go write an empty text where nothing is said. */
  path(key: string): string | undefined {
    const path = this.matching(key, /^(\/.*)?$/, 'must be an absolute path');
    return path === '' ? undefined : path;
  }

  address(key: string): Address | undefined {
    return this.#read(key, 'must be an IPv4 or IPv6 address', (value) =>
      typeof value === 'string' ? parseAddress(value) : undefined,
    );
  }

  mac(key: string): MacAddress | undefined {
    return this.#read(key, 'must be a MAC address such as 0a:58:0a:f4:00:05', (value) =>
      typeof value === 'string' ? parseMacAddress(value) : undefined,
    );
  }

  /** A network without host bits. */
  network(key: string): Cidr | undefined {
    return this.#read(key, 'must be a network such as 10.244.0.0/24, without host bits', (value) => {
      if (typeof value !== 'string') return undefined;
      const network = parseCidr(value);
      const [host = ''] = value.split('/');
      return network?.startsWith(`${parseAddress(host)}/`) ? network : undefined;
    });
  }

  /** A network, of which host bits are cleared. */
  destination(key: string): Cidr | undefined {
    return this.#read(key, 'must be a network such as 0.0.0.0/0', (value) =>
      typeof value === 'string' ? parseCidr(value) : undefined,
    );
  }

  texts(key: string): readonly string[] | undefined {
    return this.#read(key, 'must be a list of texts', (value) =>
      Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined,
    );
  }

  addresses(key: string): readonly Address[] | undefined {
    return this.#read(key, 'must be a list of IPv4 and IPv6 addresses', (value) => {
      const read: readonly unknown[] = Array.isArray(value) ? value : [undefined];
      const addresses = read.map((entry) => (typeof entry === 'string' ? parseAddress(entry) : undefined));
      const known = addresses.filter((address) => address !== undefined);
      return known.length === read.length ? known : undefined;
    });
  }

  /** The fields of an object in this one. */
  object(key: string): Fields | undefined {
    const object = this.#read(key, 'must be an object', (value) => (isObject(value) ? value : undefined));
    return object && new Fields(object, this.#at(key), this.#faults);
  }

  objects(key: string): readonly Fields[] | undefined {
    const list = this.#read(key, 'must be a list of objects', (value) =>
      Array.isArray(value) && value.every(isObject) ? value : undefined,
    );
    return list?.map((object, index) => new Fields(object, `${this.#at(key)}[${index}]`, this.#faults));
  }

  /** Lists of objects in a list. */
  objectLists(key: string): readonly (readonly Fields[])[] | undefined {
    const lists = this.#read(key, 'must be a list of lists of objects', (value) =>
      Array.isArray(value) && value.every((list) => Array.isArray(list) && list.every(isObject))
        ? value
        : undefined,
    );
    return lists?.map((list: readonly JsonObject[], at) =>
      list.map((object, index) => new Fields(object, `${this.#at(key)}[${at}][${index}]`, this.#faults)),
    );
  }

  /** Notes a fault of a field that is right by itself. */
  invalid(key: string, reason: string): void {
    this.#faults.invalid(this.#at(key), reason);
  }

  /** Notes that a value of a known field is none that this plugin can serve. */
  unsupported(key: string, reason: string): void {
    this.#faults.unsupported(this.#at(key), this.#object[key], reason);
  }

  /** Notes each field that nobody asked for: misspelt ones would be without effect for months. */
  reportUnknown(): void {
    for (const [key, value] of Object.entries(this.#object)) {
      // Keys of the protocol, which a runtime of a newer version may add.
      if (this.#asked.has(key) || key.startsWith('cni.dev/')) continue;
      const suggestion = suggestField('', key, [...this.#asked]);
      const hint = suggestion === undefined ? '' : `: did you mean ${suggestion}?`;
      this.#faults.unsupported(this.#at(key), value, `is no field that this plugin knows${hint}`);
    }
  }

  #read<Value>(key: string, rule: string, read: (value: unknown) => Value | undefined): Value | undefined {
    this.#asked.add(key);
    const value = this.#object[key];
    if (value === undefined || value === null) return undefined;
    const result = read(value);
    if (result === undefined) this.#faults.invalid(this.#at(key), `${rule}; it is ${JSON.stringify(value)}`);
    return result;
  }

  #at(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

import { type Address, parseAddress } from '../net/address.ts';
import { type Cidr, parseCidr } from '../net/cidr.ts';
import { fromNanoseconds, type Milliseconds, milliseconds, parseDuration } from './duration.ts';

/** A kind of configuration value: how it is parsed, and what is allowed, as the end of the sentence "must be ...". */
export interface ValueKind<T> {
  readonly allowed: string;
  /** `undefined` when the value is not of this kind. */
  readonly parse: (value: unknown) => T | undefined;
}

/** Why a value was refused. */
export function refusal({ allowed }: ValueKind<unknown>, value: unknown): string {
  if (value === undefined) return `is missing: it must be ${allowed}`;
  const shown = JSON.stringify(value) ?? String(value);
  return `must be ${allowed}, got ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}`;
}

export const text = ofText('a string', (value) => value);

export const bool: ValueKind<boolean> = {
  allowed: 'true or false',
  parse: (value) => (typeof value === 'boolean' ? value : undefined),
};

export const float: ValueKind<number> = {
  allowed: 'a number',
  parse: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
};

export const int32Max = 2 ** 31 - 1;

export function integer(min: number, max: number): ValueKind<number> {
  return {
    allowed: `an integer from ${min} to ${max}`,
    parse: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
        ? value
        : undefined,
  };
}

export const masqueradeBit = integer(0, 31);

export const duration = ofText('a duration such as 30s, 15m or 1h30m', (value) => {
  const parsed = parseDuration(value);
  return parsed === undefined || parsed < 0 ? undefined : parsed;
});

// Node's timers hold 31 bits of milliseconds and fire at once when given more.
const longestPeriod = milliseconds(596 * 3_600_000);

export const period = ofText('a duration such as 30s, 15m or 1h30m, at most 596h', (value) => {
  const parsed = duration.parse(value);
  return parsed === undefined || parsed > longestPeriod ? undefined : parsed;
});

/** `logging.flushFrequency` alone may also be an integer of nanoseconds, as older files have it. */
export const durationOrNanoseconds: ValueKind<Milliseconds> = {
  allowed: `${duration.allowed}, or an integer of nanoseconds`,
  parse: (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? fromNanoseconds(BigInt(value))
      : duration.parse(value),
};

/** Of resource.Quantity, what a size in bytes needs. */
export const quantity: ValueKind<string> = {
  allowed: 'a size in bytes such as 512, 1K or 2Mi',
  parse: (value) => {
    const written = typeof value === 'number' ? String(value) : value;
    return typeof written === 'string' && /^\d+(?:\.\d+)?(?:[kKMGTPE]i?)?$/.test(written)
      ? written
      : undefined;
  },
};

/** Empty stands for the default. */
export const address = ofText('an IP address', (value): Address | '' | undefined =>
  value === '' ? '' : parseAddress(value),
);

export const cidr = ofText('a CIDR such as 10.0.0.0/8 or fd00::/64', parseCidr);

export const nodePortAddress = ofText(
  'a CIDR such as 192.168.0.0/16, or "primary"',
  (value): Cidr | 'primary' | undefined => (value === 'primary' ? value : parseCidr(value)),
);

/** An address whose port may be left to the default. */
export interface BindAddress {
  readonly address: Address;
  readonly port: number | undefined;
}

/** Empty stands for the default. */
export const bindAddress = ofText(
  'IP:port (IPv6 in brackets: [::1]:10249), with a port from 1 to 65535',
  (value): BindAddress | '' | undefined => (value === '' ? '' : parseBindAddress(value)),
);

/** The name of a Node object: a DNS subdomain (RFC 1123). Empty stands for the host's own name. */
export const hostname = ofText('the name of a Node: a DNS name', (value) => {
  if (value === '') return '';
  const name = value.trim().toLowerCase();
  const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
  return name.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(name) ? name : undefined;
});

export const version = ofText('a version such as "1.35"', (value) =>
  /^(?:\d+\.\d+)?$/.test(value) ? value : undefined,
);

export const filePattern = ofText('a file pattern without "=" and ","', (value) =>
  /^[^=,]+$/.test(value) ? value : undefined,
);

/** One of a few words; `remark` is added to what is allowed. */
export function word<const W extends string>(words: readonly W[], remark = ''): ValueKind<W> {
  const named = words.filter((candidate) => candidate !== '');
  return ofText(`${named.slice(0, -1).join(', ')} or ${named.at(-1)}${remark}`, (value) =>
    words.find((candidate) => candidate === value),
  );
}

function ofText<T>(allowed: string, parse: (value: string) => T | undefined): ValueKind<T> {
  return { allowed, parse: (value) => (typeof value === 'string' ? parse(value) : undefined) };
}

function parseBindAddress(value: string): BindAddress | undefined {
  const alone = parseAddress(value);
  if (alone !== undefined) return { address: alone, port: undefined };
  const {
    bracketed,
    plain,
    digits = '',
  } = /^(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[^:]*)):(?<digits>\d{1,5})$/.exec(value)?.groups ?? {};
  const host = parseAddress(bracketed ?? plain ?? '');
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { address: host, port };
}

import { isIPv4, isIPv6 } from './ip-version.ts';

/**
 * What `src/net` takes of ipaddr.js, which compiles patterns for IPv6 that take longer than all of the CNI plugin's own work: it
 * stands for the package in that plugin's bundle (rolldown.config.ts), and answers the same.
 */
class IpAddress {
  readonly #bytes: readonly number[];

  constructor(bytes: readonly number[]) {
    this.#bytes = bytes;
  }

  isIPv4MappedAddress(): boolean {
    const [first, second] = [this.#bytes.slice(0, 10), this.#bytes.slice(10, 12)];
    return first.every((byte) => byte === 0) && second.every((byte) => byte === 0xff);
  }

  toIPv4Address(): IpAddress {
    return new IpAddress(this.#bytes.slice(12));
  }

  /** As RFC 5952 has it: the first longest run of groups that are 0, of two at least, is left out. */
  toString(): string {
    if (this.#bytes.length === 4) return this.#bytes.join('.');
    const groups = this.#groups().map((group) => group.toString(16));
    const run = longestRun(groups);
    if (run.length < 2) return groups.join(':');
    return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
  }

  toNormalizedString(): string {
    return this.#groups()
      .map((group) => group.toString(16))
      .join(':');
  }

  /** Without the bits behind so many. */
  network(length: number): IpAddress {
    return new IpAddress(
      this.#bytes.map((byte, at) => byte & (0xff << (8 - Math.min(8, Math.max(0, length - 8 * at)))) & 0xff),
    );
  }

  #groups(): readonly number[] {
    return Array.from(
      { length: 8 },
      (_, at) => ((this.#bytes[2 * at] ?? 0) << 8) | (this.#bytes[2 * at + 1] ?? 0),
    );
  }
}

const networkAddressFromCIDR = (cidr: string): IpAddress => {
  const slash = cidr.indexOf('/');
  return parse(cidr.slice(0, slash)).network(Number(cidr.slice(slash + 1)));
};

export default {
  IPv4: { networkAddressFromCIDR },
  IPv6: { parse, networkAddressFromCIDR },
  fromByteArray: (bytes: readonly number[]) => new IpAddress(bytes),
};

/** Throws a `RangeError` where it is no address. */
function parse(text: string): IpAddress {
  if (isIPv4(text)) return new IpAddress(text.split('.').map(Number));
  if (!isIPv6(text) || text.includes('%')) throw new RangeError(`${text} is no address`);
  const [head = [], tail] = text.split('::').map(bytesOf);
  if (tail === undefined) return new IpAddress(head);
  return new IpAddress([...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail]);
}

function bytesOf(groups: string): readonly number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
}

function longestRun(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [at, group] of groups.entries()) {
    if (group !== '0') start = at + 1;
    else if (at + 1 - start > best.length) best = { start, length: at + 1 - start };
  }
  return best;
}

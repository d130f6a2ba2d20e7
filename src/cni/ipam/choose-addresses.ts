import type { Reservation } from '../../kernel/cni/reservation-folder.ts';
import type { Address } from '../../net/address.ts';
import { prefixLengthOf } from '../../net/cidr.ts';
import type { Attachment } from '../protocol/attachment.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import type { IpConfig } from '../protocol/result.ts';
import { isHeldBy } from './held-by.ts';
import { nextAddress } from './next-address.ts';
import { formatRanges, type Range, type RangeSet, rangeContains } from './ranges.ts';

export interface Question {
  readonly rangeSets: readonly RangeSet[];
  /** Addresses that the container must get. */
  readonly requested: readonly Address[];
  readonly attachment: Attachment;
  readonly reservations: readonly Reservation[];
  /** The address of a set of ranges that was given last. */
  readonly last: (rangeSet: number) => Address | undefined;
  /** Where the reservations stand, for errors. */
  readonly path: string;
}

/** An address for a container. */
export interface Choice {
  readonly rangeSet: number;
  readonly address: Address;
  readonly range: Range;
}

/** An address of each set of ranges. Throws a `CniError`: 101 where none is left, 102 where a requested one is not to be had. */
export function chooseAddresses(question: Question): readonly Choice[] {
  const { rangeSets, requested } = question;
  for (const address of requested) {
    if (rangeSets.some((ranges) => findRange(ranges, address) !== undefined)) continue;
    const allowed = formatRanges(rangeSets.flat());
    throw new CniError(errorCodes.addressNotAvailable, `the requested ${address} is not in ${allowed}`);
  }
  return rangeSets.map((ranges, rangeSet) => ({ rangeSet, ...choose(question, ranges, rangeSet) }));
}

export function ipConfigOf({ address, range }: Choice): IpConfig {
  return { address, prefixLength: prefixLengthOf(range.subnet), gateway: range.gateway };
}

function choose(question: Question, ranges: RangeSet, rangeSet: number): Found {
  const [wanted, ...others] = question.requested.flatMap((address) => {
    const range = findRange(ranges, address);
    return range === undefined ? [] : [{ address, range }];
  });
  if (others[0] !== undefined) {
    const both = `${wanted?.address} and ${others[0].address}`;
    throw new CniError(
      errorCodes.addressNotAvailable,
      `${both} are requested, and a container gets one address of ${formatRanges(ranges)}`,
    );
  }
  if (wanted !== undefined) return requireAvailable(question, wanted);
  return findHeld(question, ranges) ?? findFree(question, ranges, rangeSet);
}

function requireAvailable({ reservations, attachment }: Question, found: Found): Found {
  const { address, range } = found;
  if (address === range.gateway)
    throw new CniError(
      errorCodes.addressNotAvailable,
      `the requested ${address} is the gateway of ${range.subnet}`,
    );
  const holder = reservations.find((entry) => entry.address === address);
  if (holder === undefined || isHeldBy(holder, attachment)) return found;
  throw new CniError(
    errorCodes.addressNotAvailable,
    `the requested ${address} is reserved for the container ${holder.containerId}`,
  );
}

/** What an `ADD` reserved that did not come to its end. */
function findHeld({ reservations, attachment }: Question, ranges: RangeSet): Found | undefined {
  for (const entry of reservations) {
    const range = isHeldBy(entry, attachment) ? findRange(ranges, entry.address) : undefined;
    if (range !== undefined) return { address: entry.address, range };
  }
  return undefined;
}

function findFree({ reservations, last, path }: Question, ranges: RangeSet, rangeSet: number): Found {
  const reserved = new Set(reservations.map(({ address }) => address));
  const found = nextAddress(ranges, (address) => reserved.has(address), last(rangeSet));
  if (found !== undefined) return found;
  throw new CniError(
    errorCodes.noAddressLeft,
    `no address is left in ${formatRanges(ranges)}`,
    `All are reserved, by a file for each in ${path}. A runtime frees those of containers that are gone by GC.`,
  );
}

function findRange(ranges: RangeSet, address: Address): Range | undefined {
  return ranges.find((range) => rangeContains(range, address));
}

type Found = Omit<Choice, 'rangeSet'>;

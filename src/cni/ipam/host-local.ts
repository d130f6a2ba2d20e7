import { join } from 'node:path/posix';
import type {
  Reservation,
  ReservationFolder,
  WithReservations,
} from '../../kernel/cni/reservation-folder.ts';
import type { Address } from '../../net/address.ts';
import type { Attachment } from '../protocol/attachment.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import { type Choice, chooseAddresses } from './choose-addresses.ts';
import { isHeldBy } from './held-by.ts';
import { nextAddress } from './next-address.ts';
import { formatRanges, type RangeSet } from './ranges.ts';

/** The addresses of a network, and who has them. */
export interface AddressPool {
  readonly network: string;
  /** Has a folder for each network. */
  readonly dataDir: string;
  readonly withReservations: WithReservations;
}

/** What tells a container that is gone from one whose addresses are in use. */
export interface Liveness {
  /** Path of the network namespace of the container that addresses are reserved for. */
  readonly netns: string;
  /** Whether neither the namespace nor an interface of the attachment is there any more. */
  readonly isGone: (attachment: Attachment, netns: string) => boolean;
}

export interface Request {
  readonly rangeSets: readonly RangeSet[];
  readonly attachment: Attachment;
  /** Addresses that the container must get. */
  readonly requested: readonly Address[];
  /** `undefined` where it cannot be known who is gone. */
  readonly liveness: Liveness | undefined;
}

/**
 * Reserves an address of each set of ranges for a container, all or none. What it has already, of an `ADD` that died half-way, it
 * keeps. Where none is left, those of containers that are gone are taken back. Throws a `CniError`: 101, 102.
 */
export function reserveAddresses(pool: AddressPool, request: Request): readonly Choice[] {
  return inFolder(pool, (folder, path) => {
    try {
      return reserve(folder, path, request);
    } catch (error) {
      const isExhausted = error instanceof CniError && error.code === errorCodes.noAddressLeft;
      const gone = isExhausted ? goneReservations(folder, request.liveness) : [];
      if (gone.length === 0) throw error;
      for (const { address } of gone) folder.release(address);
      return reserve(folder, path, request);
    }
  });
}

function reserve(folder: ReservationFolder, path: string, request: Request): readonly Choice[] {
  const { attachment, liveness } = request;
  const reservations = folder.reservations();
  const last = (rangeSet: number) => folder.lastReserved(rangeSet);
  const choices = chooseAddresses({ ...request, reservations, last, path });
  const chosen = new Set(choices.map(({ address }) => address));
  const held = reservations.filter((entry) => isHeldBy(entry, attachment));
  for (const { address } of held) if (!chosen.has(address)) folder.release(address);
  const isHeld = (address: Address) => held.some((entry) => entry.address === address);
  const others = choices.filter(({ address }) => !isHeld(address));
  write(folder, others, attachment, liveness?.netns);
  return choices;
}

function goneReservations(folder: ReservationFolder, liveness: Liveness | undefined): readonly Reservation[] {
  if (liveness === undefined) return [];
  return folder.reservations().filter((reservation) => {
    const { containerId, ifname } = reservation;
    const netns = folder.namespaceOf(reservation);
    return netns !== undefined && ifname !== undefined && liveness.isGone({ containerId, ifname }, netns);
  });
}

/** Takes back all that the container's interface has. */
export function releaseAddresses(pool: AddressPool, attachment: Attachment): void {
  releaseWhere(pool, (entry) => isHeldBy(entry, attachment));
}

/** Takes back what none of these has. */
export function releaseStale(pool: AddressPool, valid: readonly Attachment[]): void {
  releaseWhere(pool, (entry) => !valid.some((attachment) => isHeldBy(entry, attachment)));
}

/** Whether the container's interface has an address. */
export function hasAddress(pool: AddressPool, attachment: Attachment): boolean {
  return inFolder(pool, (folder) => folder.reservations().some((entry) => isHeldBy(entry, attachment)));
}

/** Throws a `CniError` of code 50 where a set of ranges has no address left. */
export function requireFreeAddress(
  pool: AddressPool,
  rangeSets: readonly RangeSet[],
  liveness: Liveness | undefined,
): void {
  inFolder(pool, (folder, path) => {
    const reserved = new Set(folder.reservations().map(({ address }) => address));
    const isFree = (ranges: RangeSet) =>
      nextAddress(ranges, (address) => reserved.has(address), undefined) !== undefined;
    if (rangeSets.every(isFree)) return;
    for (const { address } of goneReservations(folder, liveness)) reserved.delete(address);
    for (const ranges of rangeSets) {
      if (isFree(ranges)) continue;
      const exhausted = `no address is left in ${formatRanges(ranges)}`;
      throw new CniError(errorCodes.unavailable, exhausted, `All are reserved in ${path}.`);
    }
  });
}

function write(
  folder: ReservationFolder,
  choices: readonly Choice[],
  attachment: Attachment,
  netns: string | undefined,
): void {
  try {
    for (const { address, rangeSet } of choices) {
      folder.reserve({ address, ...attachment }, netns);
      folder.setLastReserved(rangeSet, address);
    }
  } catch (error) {
    for (const { address } of choices) folder.release(address);
    throw error;
  }
}

function releaseWhere(pool: AddressPool, isGone: (reservation: Reservation) => boolean): void {
  inFolder(pool, (folder) => {
    for (const entry of folder.reservations()) if (isGone(entry)) folder.release(entry.address);
  });
}

/** Throws a `CniError` of code 100 where a file cannot be read, written or locked. */
function inFolder<T>(
  { network, dataDir, withReservations }: AddressPool,
  work: (folder: ReservationFolder, path: string) => T,
): T {
  const path = join(dataDir, network);
  try {
    return withReservations(path, (folder) => work(folder, path));
  } catch (error) {
    if (error instanceof CniError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CniError(errorCodes.refused, `the reservations in ${path} cannot be used: ${reason}`);
  }
}

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

/**
 * Reserves an address of each set of ranges for a container, all or none. What it has already, of an `ADD` that died half-way, it
 * keeps. `requested` are addresses that it must get. Throws a `CniError`: 101, 102.
 */
export function reserveAddresses(
  pool: AddressPool,
  rangeSets: readonly RangeSet[],
  attachment: Attachment,
  requested: readonly Address[],
): readonly Choice[] {
  return inFolder(pool, (folder, path) => {
    const reservations = folder.reservations();
    const choices = chooseAddresses({
      rangeSets,
      requested,
      reservations,
      attachment,
      last: (rangeSet) => folder.lastReserved(rangeSet),
      path,
    });
    const chosen = new Set(choices.map(({ address }) => address));
    const held = reservations.filter((entry) => isHeldBy(entry, attachment));
    for (const { address } of held) if (!chosen.has(address)) folder.release(address);
    const isHeld = (address: Address) => held.some((entry) => entry.address === address);
    write(
      folder,
      choices.filter(({ address }) => !isHeld(address)),
      attachment,
    );
    return choices;
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
export function requireFreeAddress(pool: AddressPool, rangeSets: readonly RangeSet[]): void {
  inFolder(pool, (folder, path) => {
    const reserved = new Set(folder.reservations().map(({ address }) => address));
    for (const ranges of rangeSets) {
      if (nextAddress(ranges, (address) => reserved.has(address), undefined) !== undefined) continue;
      const exhausted = `no address is left in ${formatRanges(ranges)}`;
      throw new CniError(errorCodes.unavailable, exhausted, `All are reserved in ${path}.`);
    }
  });
}

function write(folder: ReservationFolder, choices: readonly Choice[], attachment: Attachment): void {
  try {
    for (const { address, rangeSet } of choices) {
      folder.reserve({ address, ...attachment });
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

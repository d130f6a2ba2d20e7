import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { type Address, parseAddress } from '../../net/address.ts';
import type { UnderFileLock } from './file-lock.ts';

/**
 * Who has which address of a network, in the files of the reference plugin host-local, so that both can take each other's place
 * while containers run: a file for each address, in which the container and its interface stand, and one for each set of ranges
 * with the address that was given last. All of it is to be done under the lock of the folder.
 */
export interface ReservationFolder {
  reservations(): readonly Reservation[];
  /** `netns`, the path of the container's network namespace, is kept in a file beside, which host-local does not know. */
  reserve(reservation: Reservation, netns: string | undefined): void;
  /** What was said of the namespace with that reservation; `undefined` where it is of another plugin. */
  namespaceOf(reservation: Reservation): string | undefined;
  release(address: Address): void;
  lastReserved(rangeSet: number): Address | undefined;
  setLastReserved(rangeSet: number, address: Address): void;
}

export interface Reservation {
  readonly address: Address;
  readonly containerId: string;
  /** `undefined` in files of old versions of host-local. */
  readonly ifname: string | undefined;
}

/** Does something while nobody else changes the reservations of a network. `path` is made where it is not there. */
export type WithReservations = <T>(path: string, work: (folder: ReservationFolder) => T) => T;

export function withReservations(underFileLock: UnderFileLock): WithReservations {
  return (path, work) => {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    return underFileLock(join(path, 'lock'), () => work(reservationFolder(path)));
  };
}

function reservationFolder(path: string): ReservationFolder {
  const lastFile = (rangeSet: number) => join(path, `last_reserved_ip.${rangeSet}`);
  const namespaceFile = (address: Address) => join(path, 'namespaces', address);
  return {
    reservations: () => readdirSync(path).flatMap((name) => readReservation(path, name)),
    reserve(reservation, netns) {
      const { address } = reservation;
      if (netns !== undefined) {
        mkdirSync(join(path, 'namespaces'), { recursive: true, mode: 0o755 });
        writeFileSync(namespaceFile(address), `${holderText(reservation)}${separator}${netns}`, {
          mode: 0o600,
        });
      }
      // Whole or not at all: a process that dies in between must not leave an address without its holder. A file that is left
      // under the first name is written over by the next, which has the lock.
      const unfinished = join(path, 'reserving');
      writeFileSync(unfinished, holderText(reservation), { mode: 0o600 });
      renameSync(unfinished, join(path, address));
    },
    namespaceOf(reservation) {
      const holder = `${holderText(reservation)}${separator}`;
      const text = textOf(namespaceFile(reservation.address));
      return text.startsWith(holder) ? text.slice(holder.length) : undefined;
    },
    release(address) {
      rmSync(join(path, address), { force: true });
      rmSync(namespaceFile(address), { force: true });
    },
    lastReserved: (rangeSet) => parseAddress(textOf(lastFile(rangeSet)).trim()),
    setLastReserved: (rangeSet, address) => writeFileSync(lastFile(rangeSet), address, { mode: 0o600 }),
  };
}

/** Nothing where the file is no reservation, or one that its writer died over: whoever has the lock may take the address. */
function readReservation(path: string, name: string): readonly Reservation[] {
  const address = parseAddress(name);
  if (address === undefined || address !== name) return [];
  const [containerId = '', ifname] = textOf(join(path, name)).trim().split(separator);
  return containerId === '' ? [] : [{ address, containerId, ifname }];
}

function holderText({ containerId, ifname }: Reservation): string {
  return ifname === undefined ? containerId : `${containerId}${separator}${ifname}`;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

const separator = '\r\n';

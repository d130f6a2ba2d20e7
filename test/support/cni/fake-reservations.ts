import type { Reservation, WithReservations } from '../../../src/kernel/cni/reservation-folder.ts';
import type { Address } from '../../../src/net/address.ts';

/** Reservations that are kept in memory. What happens before each operation is the test's choice: it may throw. */
export class FakeReservations {
  readonly reserved = new Map<Address, Reservation>();
  readonly #namespaces = new Map<Reservation, string | undefined>();
  readonly #last = new Map<number, Address>();
  readonly withReservations: WithReservations;

  constructor(beforeEach: () => void = () => {}) {
    this.withReservations = (_path, work) => {
      beforeEach();
      return work({
        reservations: () => [...this.reserved.values()],
        reserve: (reservation, netns) => {
          beforeEach();
          this.reserved.set(reservation.address, reservation);
          this.#namespaces.set(reservation, netns);
        },
        namespaceOf: (reservation) => this.#namespaces.get(reservation),
        release: (address) => {
          beforeEach();
          this.reserved.delete(address);
        },
        lastReserved: (rangeSet) => this.#last.get(rangeSet),
        setLastReserved: (rangeSet, address) => {
          beforeEach();
          this.#last.set(rangeSet, address);
        },
      });
    };
  }

  /** `10.244.0.2`, in the order of the addresses. */
  get addresses(): readonly string[] {
    return [...this.reserved.keys()].sort();
  }
}

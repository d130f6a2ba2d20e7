import type { Family } from '../net/family.ts';

interface FamilySyncs {
  /** Milliseconds since the epoch of the last sync that brought everything into force. */
  lastUpdated: number;
  /** When the oldest change came that is not yet in force. */
  waitingSince: number | undefined;
}

export interface FamilyHealth {
  /** RFC 3339. */
  readonly lastUpdated: string;
  readonly healthy: boolean;
}

/** How the proxy is. */
export interface Health {
  /** Milliseconds since the epoch. */
  readonly currentTime: number;
  /** Of the family that was brought up to date last; milliseconds since the epoch. */
  readonly lastUpdated: number;
  /** Whether every family is. */
  readonly healthy: boolean;
  readonly status: Readonly<Partial<Record<Family, FamilyHealth>>>;
}

/**
 * Healthy while no change waits for the kernel as long as twice the sync period: so at the start too, however long it
 * takes until objects come. The rules of kube-proxy's health server.
 */
export class HealthState {
  readonly #families: ReadonlyMap<Family, FamilySyncs>;
  readonly #timeout: number;
  readonly #now: () => number;

  /** `syncPeriod` in milliseconds; `now` in milliseconds since the epoch. */
  constructor(families: readonly Family[], syncPeriod: number, now: () => number = Date.now) {
    this.#families = new Map(
      families.map((family) => [family, { lastUpdated: now(), waitingSince: undefined }]),
    );
    this.#timeout = 2 * syncPeriod;
    this.#now = now;
  }

  /** A change came that is to be brought into force. */
  queued(): void {
    for (const syncs of this.#families.values()) syncs.waitingSince ??= this.#now();
  }

  /** Everything that was queued for the family is in force. */
  updated(family: Family): void {
    const syncs = this.#families.get(family);
    if (syncs === undefined) return;
    syncs.lastUpdated = this.#now();
    syncs.waitingSince = undefined;
  }

  health(): Health {
    const currentTime = this.#now();
    const status = Object.fromEntries(
      [...this.#families].map(([family, { lastUpdated, waitingSince }]) => {
        const healthy = waitingSince === undefined || currentTime - waitingSince < this.#timeout;
        return [family, { lastUpdated: iso(lastUpdated), healthy }];
      }),
    );
    return {
      currentTime,
      lastUpdated: Math.max(...[...this.#families.values()].map(({ lastUpdated }) => lastUpdated)),
      healthy: Object.values(status).every(({ healthy }) => healthy),
      status,
    };
  }
}

/** RFC 3339, in UTC. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

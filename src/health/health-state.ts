import type { Family } from '../net/family.ts';

interface FamilyHealth {
  /** Milliseconds since the epoch of the last sync that brought everything into force. */
  lastUpdated: number;
  /** When the oldest change came that is not yet in force. */
  waitingSince: number | undefined;
}

/** What the health page says; the fields are kube-proxy's. */
export interface HealthReport {
  readonly lastUpdated: string;
  readonly currentTime: string;
  readonly healthy: boolean;
  readonly status: Readonly<Record<string, { readonly lastUpdated: string; readonly healthy: boolean }>>;
}

/** Healthy while no change waits longer than twice the sync period for the kernel. */
export class HealthState {
  readonly #families: ReadonlyMap<Family, FamilyHealth>;
  readonly #timeout: number;
  readonly #now: () => number;

  /** `syncPeriod` in milliseconds. */
  constructor(families: readonly Family[], syncPeriod: number, now: () => number = Date.now) {
    this.#families = new Map(
      families.map((family) => [family, { lastUpdated: now(), waitingSince: undefined }]),
    );
    this.#timeout = 2 * syncPeriod;
    this.#now = now;
  }

  /** A change came that is to be brought into force. */
  queued(): void {
    for (const health of this.#families.values()) health.waitingSince ??= this.#now();
  }

  /** Everything that was queued for the family is in force. */
  updated(family: Family): void {
    const health = this.#families.get(family);
    if (health === undefined) return;
    health.lastUpdated = this.#now();
    health.waitingSince = undefined;
  }

  report(): HealthReport {
    const now = this.#now();
    const status = Object.fromEntries(
      [...this.#families].map(([family, { lastUpdated, waitingSince }]) => [
        family,
        {
          lastUpdated: iso(lastUpdated),
          healthy: waitingSince === undefined || now - waitingSince < this.#timeout,
        },
      ]),
    );
    const healthy = Object.values(status).every((family) => family.healthy);
    const updates = [...this.#families.values()].map(({ lastUpdated }) => lastUpdated);
    return { lastUpdated: iso(healthy ? now : Math.min(...updates)), currentTime: iso(now), healthy, status };
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

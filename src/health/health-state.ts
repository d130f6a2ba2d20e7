import type { Family } from '../net/family.ts';
import type { SyncEvent } from '../sync/sync-event.ts';

interface FamilySyncs {
  /** When the last sync brought everything into force, in milliseconds since the epoch. */
  lastUpdated: number;
  /** When the oldest change arrived that no sync has started on. */
  waitingSince: number | undefined;
  /** When the oldest change arrived that a sync has started on and not brought into force yet. */
  underWaySince: number | undefined;
  /** Why the last sync failed. */
  error: string | undefined;
}

export interface FamilyHealth {
  /** RFC 3339. */
  readonly lastUpdated: string;
  readonly healthy: boolean;
  /** The backlog, if a change has waited too long or the last sync failed. kube-proxy does not have this field. */
  readonly behind?: FamilyBacklog;
}

export interface FamilyBacklog {
  /** When the oldest change arrived that is not in force, RFC 3339. */
  readonly since: string;
  /** Why the last sync failed; absent if it did not fail but hangs. */
  readonly error?: string;
}

/** The health of the proxy. */
export interface Health {
  /** Milliseconds since the epoch. */
  readonly currentTime: number;
  /** The last update of any family, in milliseconds since the epoch. */
  readonly lastUpdated: number;
  /** Whether all families are healthy. */
  readonly healthy: boolean;
  readonly status: Readonly<Partial<Record<Family, FamilyHealth>>>;
}

/**
 * Healthy while no change has waited for twice the sync period, so also at the start, however long it takes until
 * objects arrive. These are the rules of kube-proxy's health server.
 */
export class HealthState {
  readonly #families: Map<Family, FamilySyncs>;
  readonly #timeout: number;
  readonly #now: () => number;

  /** `syncPeriod` in milliseconds; `now` in milliseconds since the epoch. */
  constructor(families: readonly Family[], syncPeriod: number, now: () => number = Date.now) {
    this.#families = new Map(families.map((family) => [family, newSyncs(now())]));
    this.#timeout = 2 * syncPeriod;
    this.#now = now;
  }

  /** Restricts the state to these families. */
  only(families: readonly Family[]): void {
    for (const family of this.#families.keys()) {
      if (!families.includes(family)) this.#families.delete(family);
    }
  }

  /** A change arrived that is to be brought into force in every family. */
  queued(): void {
    for (const syncs of this.#families.values()) syncs.waitingSince ??= this.#now();
  }

  /** Takes every event of syncs. */
  hear(event: SyncEvent): void {
    const syncs = this.#families.get(event.family);
    if (syncs === undefined) return;
    switch (event.kind) {
      case 'taken':
        syncs.underWaySince ??= syncs.waitingSince;
        syncs.waitingSince = undefined;
        break;
      case 'up to date':
        syncs.lastUpdated = this.#now();
        syncs.underWaySince = undefined;
        syncs.error = undefined;
        break;
      case 'synced':
        if (event.outcome.result === 'failed') this.#failed(syncs, event.outcome.error);
        break;
      case 'tidying failed':
        this.#failed(syncs, event.error);
        break;
      case 'damaged':
        syncs.waitingSince ??= this.#now();
        break;
    }
  }

  /** Whether a family is healthy. */
  isHealthy(family: Family): boolean {
    const syncs = this.#families.get(family);
    return syncs === undefined || this.#isHealthy(syncs, this.#now());
  }

  health(): Health {
    const currentTime = this.#now();
    const status = Object.fromEntries(
      [...this.#families].map(([family, syncs]) => [family, this.#healthOf(syncs, currentTime)]),
    );
    return {
      currentTime,
      lastUpdated: Math.max(...[...this.#families.values()].map(({ lastUpdated }) => lastUpdated)),
      healthy: Object.values(status).every(({ healthy }) => healthy),
      status,
    };
  }

  /** What the failed sync had started on waits again, together with later changes. */
  #failed(syncs: FamilySyncs, { message }: Error): void {
    syncs.error = message;
    syncs.underWaySince ??= this.#now();
  }

  #healthOf(syncs: FamilySyncs, now: number): FamilyHealth {
    const { lastUpdated, error } = syncs;
    const healthy = this.#isHealthy(syncs, now);
    const since = behindSince(syncs);
    const isBehind = since !== undefined && (!healthy || error !== undefined);
    const behind = isBehind
      ? { behind: { since: iso(since), ...(error === undefined ? {} : { error }) } }
      : {};
    return { lastUpdated: iso(lastUpdated), healthy, ...behind };
  }

  #isHealthy(syncs: FamilySyncs, now: number): boolean {
    const since = behindSince(syncs);
    return since === undefined || now - since < this.#timeout;
  }
}

function newSyncs(lastUpdated: number): FamilySyncs {
  return { lastUpdated, waitingSince: undefined, underWaySince: undefined, error: undefined };
}

function behindSince({ underWaySince, waitingSince }: FamilySyncs): number | undefined {
  return underWaySince ?? waitingSince;
}

/** RFC 3339, in UTC. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

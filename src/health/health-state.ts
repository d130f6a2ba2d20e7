import type { Family } from '../net/family.ts';
import type { SyncEvent } from '../sync/sync-event.ts';

interface FamilySyncs {
  /** Milliseconds since the epoch of the last sync that brought everything into force. */
  lastUpdated: number;
  /** When the oldest change came that no sync has begun with. */
  waitingSince: number | undefined;
  /** When the oldest change came that a sync has begun with, and that is not yet in force. */
  underWaySince: number | undefined;
  /** Why the last sync failed. */
  error: string | undefined;
}

export interface FamilyHealth {
  /** RFC 3339. */
  readonly lastUpdated: string;
  readonly healthy: boolean;
  /** What is behind: only where a change waits too long, or the last sync failed. kube-proxy does not say it. */
  readonly behind?: FamilyBacklog;
}

export interface FamilyBacklog {
  /** RFC 3339: when the oldest change came that is not in force. */
  readonly since: string;
  /** Why the last sync failed; absent where none has, and one hangs. */
  readonly error?: string;
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
  readonly #families: Map<Family, FamilySyncs>;
  readonly #timeout: number;
  readonly #now: () => number;

  /** `syncPeriod` in milliseconds; `now` in milliseconds since the epoch. */
  constructor(families: readonly Family[], syncPeriod: number, now: () => number = Date.now) {
    this.#families = new Map(families.map((family) => [family, newSyncs(now())]));
    this.#timeout = 2 * syncPeriod;
    this.#now = now;
  }

  /** Only these families are programmed. */
  only(families: readonly Family[]): void {
    for (const family of this.#families.keys()) {
      if (!families.includes(family)) this.#families.delete(family);
    }
  }

  /** A change came that is to be brought into force in every family. */
  queued(): void {
    for (const syncs of this.#families.values()) syncs.waitingSince ??= this.#now();
  }

  /** To be told of everything that happens to the rules. */
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

  /** Whether one family is. */
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

  /** What a sync had begun with is still to be brought into force, and so is what stood before. */
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

import { type Forwarded, timeToLive } from './forwarded.ts';

interface Entry {
  readonly forwarded: Forwarded;
  /** Seconds. */
  readonly storedAt: number;
  readonly endsAt: number;
}

/** Longer messages are rare, and are asked for anew; octets. */
const largestMessage = 4_096;

/** Remembers what upstream servers answered, as long as they say; of too many, those that were not asked for longest go. */
export class ForwardCache {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;
  readonly #now: () => number;

  /** `now`: seconds that never go back. */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Forwarded | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    const now = this.#now();
    if (now >= entry.endsAt) return undefined;
    this.#entries.set(key, entry);
    return { ...entry.forwarded, age: Math.floor(now - entry.storedAt) };
  }

  put(key: string, forwarded: Forwarded): void {
    const ttl = timeToLive(forwarded);
    if (ttl === 0 || this.#most === 0 || forwarded.message.length > largestMessage) return;
    const now = this.#now();
    this.#entries.delete(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#most) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { forwarded, storedAt: now, endsAt: now + ttl });
  }
}

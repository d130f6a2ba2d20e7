import { type Family, families } from '../../net/family.ts';
import type { Change, SliceKey } from '../../state/records.ts';

/** A change of an EndpointSlice. */
export type SliceChange = Extract<Change, { readonly kind: 'EndpointSlice' }>;

/** The times of triggers of changes, in milliseconds since the epoch. */
type Triggers = Map<SliceKey, number[]>;

/**
 * Measures kube-proxy's network programming latency: the time from the trigger of a change of EndpointSlices until it
 * is in force. As in kube-proxy, triggers before the proxy's start, of deleted slices and of failed syncs are ignored.
 */
export class ProgrammingLatency {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #waiting = noTriggers();
  readonly #underWay = noTriggers();

  /** `now` returns milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  changed({ key, record, triggeredAt }: SliceChange): void {
    if (record === undefined) {
      for (const family of families) this.#waiting[family].delete(key);
    } else if (triggeredAt !== undefined && triggeredAt > this.#startedAt) {
      const waiting = this.#waiting[record.family];
      const triggers = waiting.get(key);
      if (triggers === undefined) waiting.set(key, [triggeredAt]);
      else triggers.push(triggeredAt);
    }
  }

  /** All waiting changes of the family are being brought into force. */
  taken(family: Family): void {
    this.#underWay[family] = this.#waiting[family];
    this.#waiting[family] = new Map();
  }

  /** The seconds from each trigger until now, when the family's sync is done. Clocks of two machines may differ. */
  applied(family: Family): readonly number[] {
    const now = this.#now();
    const triggers = [...this.#underWay[family].values()].flat();
    this.#underWay[family] = new Map();
    return triggers.map((triggeredAt) => Math.max(0, now - triggeredAt) / 1000);
  }
}

function noTriggers(): Record<Family, Triggers> {
  return { IPv4: new Map(), IPv6: new Map() };
}

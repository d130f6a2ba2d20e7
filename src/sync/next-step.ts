import type { Look } from '../backend/backend.ts';

/** What a reconciler does at a time. */
export type Operation =
  /** Compares everything with the kernel, and mends it. */
  | { readonly kind: 'full' }
  /** Brings what changed into the kernel. */
  | { readonly kind: 'partial' }
  /** Removes what changes left over. */
  | { readonly kind: 'tidy' }
  /** Looks whether somebody else changed the rules. */
  | { readonly kind: 'inspect'; readonly look: Look };

/** All that the next step depends on. Times are the clock's; what is not wanted at all is `undefined`. */
export interface Situation {
  /** Nothing is sure about the rules, or all of them may have to change. */
  readonly needsFull: boolean;
  readonly hasChanges: boolean;
  /** No sync before this: a failure is waited after, and the smallest time between two syncs. */
  readonly syncFrom: number;
  /** When Services that were refused are tried again, by a full sync. */
  readonly refusedAt: number | undefined;
  readonly tidyAt: number | undefined;
  /** When each look is due, the most urgent first. */
  readonly looks: readonly DueLook[];
}

export interface DueLook {
  readonly look: Look;
  readonly at: number;
}

export type Step =
  | { readonly kind: 'operation'; readonly operation: Operation }
  /** Until then, or until something is wanted; `undefined` where only the latter counts. */
  | { readonly kind: 'rest'; readonly until: number | undefined };

/**
 * What to do now. A sync goes before everything else. Where it is a full one that is waited for, nothing else makes sense:
 * what would be tidied or looked at is not known.
 */
export function nextStep(situation: Situation, now: number): Step {
  const { needsFull, hasChanges, syncFrom, refusedAt, tidyAt, looks } = situation;
  const isFull = needsFull || isDue(refusedAt, now);
  if ((isFull || hasChanges) && syncFrom <= now) return operation({ kind: isFull ? 'full' : 'partial' });
  if (isFull) return { kind: 'rest', until: syncFrom };
  if (isDue(tidyAt, now)) return operation({ kind: 'tidy' });
  const due = looks.find(({ at }) => at <= now);
  if (due !== undefined) return operation({ kind: 'inspect', look: due.look });
  const times = [hasChanges ? syncFrom : undefined, refusedAt, tidyAt, ...looks.map(({ at }) => at)];
  return { kind: 'rest', until: earliest(times) };
}

function operation(what: Operation): Step {
  return { kind: 'operation', operation: what };
}

function isDue(time: number | undefined, now: number): boolean {
  return time !== undefined && time <= now;
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

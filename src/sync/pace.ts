/**
 * How long to wait after something, in milliseconds. What took long is waited for longer, so that neither tries that fail nor looks
 * that find nothing take more than a small part of the time, whatever the size of the cluster.
 */

/** When something began and when it ended, by the clock. */
export interface Span {
  readonly started: number;
  readonly ended: number;
}

/** What was asked for is tried again at least twice a second as long as a try costs next to nothing. */
const firstRetry = 500;
const lastRetry = 30_000;
/** A failing family tries for a tenth of the time at most. */
const retryShare = 1 / 10;

/**
 * The pause before the next try, when so many in a row have failed and the last one took so long. Doubles with each, but only
 * up to what the tries cost: kube-proxy's fixed pause of 30 s is meant for tries that do much, and would let a rule wait for
 * 30 s after a lock was held for a moment.
 */
export function pauseAfterFailure(failures: number, milliseconds: number): number {
  const ceiling = within(firstRetry, milliseconds / retryShare, lastRetry);
  return doublingPause(failures, firstRetry, ceiling);
}

/** From the start of a look to that of the next: somebody else's change to the rules is seen and mended within a second. */
export const shortestLookPause = 900;
/** However long a look takes, nobody's change stays unseen for longer than this and the look itself. */
const longestLookPause = 60_000;
/** Looks take this part of the time at most. */
const lookShare = 1 / 25;

/** When to look again after a look. */
export function nextLook({ started, ended }: Span): number {
  const pause = Math.min((ended - started) / lookShare, longestLookPause);
  return Math.max(started + shortestLookPause, ended + pause);
}

/** A pause that doubles with each failure in a row, for what nobody waits for. */
export function doublingPause(failures: number, first: number, last: number): number {
  return Math.min(first * 2 ** (failures - 1), last);
}

function within(least: number, value: number, most: number): number {
  return Math.min(Math.max(least, value), most);
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Look } from '../backend/backend.ts';
import type { Family } from '../net/family.ts';
import type { Syncer } from './syncer.ts';

export interface DriftOptions {
  readonly signal: AbortSignal;
  readonly onDamage: (families: readonly Family[]) => void;
  readonly onError: (error: Error) => void;
}

/** A whole comparison may take this part of the time, so that a large table is compared less often. */
const comparingShare = 1 / 25;
const shortestPause = 1_000;

/** A look waits no longer than this for the next, however long it took: somebody else's change stays for no longer. */
const longestPause = 60_000;

/**
 * Reads the rules back and compares them with the plans, again and again: each kind of look a second after it ended, or
 * where it takes long, after a pause of 25 times as long.
 */
export async function watchDrift(syncer: Syncer, options: DriftOptions): Promise<void> {
  await Promise.all((['frame', 'everything'] as const).map((look) => watch(syncer, look, options)));
}

async function watch(syncer: Syncer, look: Look, { signal, onDamage, onError }: DriftOptions): Promise<void> {
  let pause = shortestPause;
  while (!signal.aborted) {
    await delay(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const started = performance.now();
    try {
      const damaged = await syncer.inspect(look);
      if (damaged.length > 0) onDamage(damaged);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
    pause = Math.min(Math.max(shortestPause, (performance.now() - started) / comparingShare), longestPause);
  }
}

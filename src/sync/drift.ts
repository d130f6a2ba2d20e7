import { setTimeout as delay } from 'node:timers/promises';
import type { Family } from '../net/family.ts';
import type { Syncer } from './syncer.ts';

export interface DriftOptions {
  readonly signal: AbortSignal;
  readonly onDamage: (families: readonly Family[]) => void;
  readonly onError: (error: Error) => void;
}

/** A whole comparison may take this part of the time, so that a large table is compared less often. */
export const comparingShare = 1 / 25;
const shortestPause = 1_000;

/**
 * Reads the rules back and compares them with the plans, again and again: each second, or where that takes long and the
 * backends do not see to it themselves, after a pause of 25 times as long.
 */
export async function watchDrift(syncer: Syncer, { signal, onDamage, onError }: DriftOptions): Promise<void> {
  let pause = shortestPause;
  while (!signal.aborted) {
    await delay(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const started = performance.now();
    try {
      const damaged = await syncer.inspect();
      if (damaged.length > 0) onDamage(damaged);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
    const enough = syncer.pacesItself ? 0 : (performance.now() - started) / comparingShare;
    pause = Math.max(shortestPause, enough);
  }
}

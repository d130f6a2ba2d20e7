import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../program/exit-status.ts';
import { podSummary } from '../status/pod-summary.ts';
import type { LabContext } from './lab-context.ts';
import { isReady, untilPodsReady } from './pods-ready.ts';

/** Milliseconds that a lab may take to become ready. */
const patience = 60_000;

/** Resolves when all pods are ready. Throws a `UserError` that names those that are not after a minute. */
export async function settlePods({ store }: LabContext): Promise<void> {
  await within(untilPodsReady(store), () => {
    const waiting = store
      .list('Pod')
      .filter((pod) => !isReady(pod))
      .map(podSummary)
      .map(({ name, phase, reason }) => `${name} (${reason ?? phase})`);
    return `these pods are not ready: ${waiting.join(', ') || 'not all were made'}`;
  });
}

/** Throws a `UserError` with what it says where the work takes longer than a minute. */
export async function within<T>(work: Promise<T>, complaint: () => string): Promise<T> {
  const timer = new AbortController();
  const late = delay(patience, undefined, { signal: timer.signal }).then(() => {
    throw new UserError(`after ${patience / 1_000} s ${complaint()}`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}

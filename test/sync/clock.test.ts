import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { realClock, sleep } from '../../src/sync/clock.ts';

test('a sleep ends after its time, and leaves no listener behind', async () => {
  const { signal } = new AbortController();
  const started = realClock.now();
  await sleep(realClock, 5, signal);
  expect(realClock.now() - started).toBeGreaterThanOrEqual(4);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test.each([Number.POSITIVE_INFINITY, 1e12])(
  'a sleep of %d ms goes on until the signal aborts',
  async (milliseconds) => {
    const ending = new AbortController();
    let isOver = false;
    const sleeping = sleep(realClock, milliseconds, ending.signal).then(() => {
      isOver = true;
    });
    await sleep(realClock, 5);
    expect(isOver).toBe(false);
    ending.abort();
    await sleeping;
  },
);

test('with a signal that has aborted there is no sleep', async () => {
  await sleep(realClock, Number.POSITIVE_INFINITY, AbortSignal.abort());
});

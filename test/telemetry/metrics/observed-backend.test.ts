import { expect, test } from 'vitest';
import type { Backend } from '../../../src/backend/backend.ts';
import { type BackendObserver, ObservedBackend } from '../../../src/telemetry/metrics/observed-backend.ts';

function start(failing: boolean) {
  const heard: string[] = [];
  const act = (what: string) => async () => {
    heard.push(what);
    if (failing) throw new Error('no');
  };
  const backend: Backend = {
    family: 'IPv6',
    refused: new Map(),
    looks: ['frame', 'everything'],
    retryDelay: undefined,
    tidyDelay: 5,
    syncAll: act('all'),
    syncChanges: act('changes'),
    tidy: act('tidy'),
    isInForce: async () => true,
  };
  const observer: BackendObserver = {
    syncStarts: (family) => heard.push(`${family} starts`),
    applied: (family, { scope }) => heard.push(`${family} ${scope}`),
    tidyFailed: (family) => heard.push(`${family} tidy failed`),
  };
  return { heard, observed: new ObservedBackend(backend, observer) };
}

test('a backend tells what it does, when it does it', async () => {
  const { heard, observed } = start(false);
  await observed.syncAll(new Map());
  await observed.syncChanges([]);
  await observed.tidy();
  expect(heard).toEqual([
    'IPv6 starts',
    'all',
    'IPv6 full',
    'IPv6 starts',
    'changes',
    'IPv6 partial',
    'tidy',
  ]);
});

test('what fails is not in force, and fails', async () => {
  const { heard, observed } = start(true);
  await expect(observed.syncAll(new Map())).rejects.toThrow('no');
  await expect(observed.syncChanges([])).rejects.toThrow('no');
  await expect(observed.tidy()).rejects.toThrow('no');
  expect(heard).toEqual(['IPv6 starts', 'all', 'IPv6 starts', 'changes', 'tidy', 'IPv6 tidy failed']);
});

test('all else is as the backend says', async () => {
  const { observed } = start(false);
  expect({ ...observed, family: observed.family, tidyDelay: observed.tidyDelay }).toMatchObject({
    family: 'IPv6',
    tidyDelay: 5,
  });
  expect([observed.looks, observed.refused.size, await observed.isInForce(new Map(), 'frame')]).toEqual([
    ['frame', 'everything'],
    0,
    true,
  ]);
});

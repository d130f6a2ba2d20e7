import { describe, expect, test } from 'vitest';
import { HealthState } from '../../src/health/health-state.ts';

/** A health state with a sync period of 30 s, and a clock that the test sets in seconds. */
function healthState() {
  const clock = { seconds: 0 };
  return { clock, state: new HealthState(['IPv4', 'IPv6'], 30_000, () => clock.seconds * 1000) };
}

describe('the proxy is healthy', () => {
  test('while nothing waits, however long that lasts, so before the first objects too', () => {
    const { clock, state } = healthState();
    clock.seconds = 100_000;
    expect(state.health().healthy).toBe(true);
  });

  test('while a change waits for less than twice the sync period', () => {
    const { clock, state } = healthState();
    state.queued();
    clock.seconds = 59.999;
    expect(state.health().healthy).toBe(true);
    clock.seconds = 60;
    expect(state.health().healthy).toBe(false);
  });

  test('not where the first change that is not in force waits too long, whatever came later', () => {
    const { clock, state } = healthState();
    state.queued();
    clock.seconds = 50;
    state.queued();
    clock.seconds = 61;
    expect(state.health().healthy).toBe(false);
  });

  test('not as long as one family waits', () => {
    const { clock, state } = healthState();
    state.queued();
    state.updated('IPv4');
    clock.seconds = 61;
    expect(state.health()).toMatchObject({
      healthy: false,
      status: { IPv4: { healthy: true }, IPv6: { healthy: false } },
    });
    state.updated('IPv6');
    expect(state.health().healthy).toBe(true);
  });
});

test('each family was updated when its rules were last in force, and all of them when the last one was', () => {
  const { clock, state } = healthState();
  clock.seconds = 10;
  state.updated('IPv4');
  clock.seconds = 20;
  state.updated('IPv6');
  clock.seconds = 30;
  expect(state.health()).toMatchObject({
    currentTime: 30_000,
    lastUpdated: 20_000,
    status: {
      IPv4: { lastUpdated: '1970-01-01T00:00:10.000Z' },
      IPv6: { lastUpdated: '1970-01-01T00:00:20.000Z' },
    },
  });
});

import { describe, expect, test } from 'vitest';
import { HealthState } from '../../src/health/health-state.ts';
import type { Family } from '../../src/net/family.ts';

const about = { scope: 'full', changed: 0, services: [], milliseconds: 1 } as const;

/** What the health state hears of a family. */
function syncs(state: HealthState, family: Family) {
  return {
    starts: () => state.hear({ family, kind: 'taken', changes: [] }),
    ends: () => state.hear({ family, kind: 'up to date' }),
    fails: (message: string) =>
      state.hear({
        family,
        kind: 'synced',
        outcome: { ...about, family, result: 'failed', error: new Error(message) },
      }),
  };
}

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
    const [ipv4, ipv6] = [syncs(state, 'IPv4'), syncs(state, 'IPv6')];
    state.queued();
    ipv4.starts();
    ipv4.ends();
    clock.seconds = 61;
    expect(state.health()).toMatchObject({
      healthy: false,
      status: { IPv4: { healthy: true }, IPv6: { healthy: false } },
    });
    expect([state.isHealthy('IPv4'), state.isHealthy('IPv6')]).toEqual([true, false]);
    ipv6.starts();
    ipv6.ends();
    expect(state.health().healthy).toBe(true);
  });

  test('not where a sync hangs that began with the change', () => {
    const { clock, state } = healthState();
    state.queued();
    for (const family of ['IPv4', 'IPv6'] as const) syncs(state, family).starts();
    syncs(state, 'IPv4').ends();
    clock.seconds = 60;
    expect(state.health()).toMatchObject({
      healthy: false,
      status: { IPv4: { healthy: true }, IPv6: { healthy: false } },
    });
  });

  test('not where a change waits too long that came while a sync was under way which hangs', () => {
    const { clock, state } = healthState();
    const { starts, ends } = syncs(state, 'IPv4');
    state.only(['IPv4']);
    state.queued();
    starts();
    clock.seconds = 10;
    state.queued();
    ends();
    clock.seconds = 69.999;
    expect(state.health().healthy).toBe(true);
    clock.seconds = 70;
    expect(state.health().healthy).toBe(false);
  });

  test('without a family that this machine does not have', () => {
    const { clock, state } = healthState();
    state.queued();
    state.only(['IPv4']);
    const { starts, ends } = syncs(state, 'IPv4');
    starts();
    ends();
    clock.seconds = 100;
    expect(state.health()).toMatchObject({ healthy: true, status: { IPv4: { healthy: true } } });
    expect(Object.keys(state.health().status)).toEqual(['IPv4']);
  });
});

describe('a family that is behind', () => {
  test('says since when, and why its last sync failed', () => {
    const { clock, state } = healthState();
    const { starts, ends, fails } = syncs(state, 'IPv6');
    clock.seconds = 10;
    state.queued();
    starts();
    clock.seconds = 11;
    fails('not permitted');
    expect(state.health().status).toEqual({
      IPv4: { lastUpdated: '1970-01-01T00:00:00.000Z', healthy: true },
      IPv6: {
        lastUpdated: '1970-01-01T00:00:00.000Z',
        healthy: true,
        behind: { since: '1970-01-01T00:00:10.000Z', error: 'not permitted' },
      },
    });
    starts();
    ends();
    expect(state.health().status.IPv6).toEqual({ lastUpdated: '1970-01-01T00:00:11.000Z', healthy: true });
  });

  test('says since when where it hangs', () => {
    const { clock, state } = healthState();
    state.queued();
    syncs(state, 'IPv6').starts();
    clock.seconds = 61;
    expect(state.health().status.IPv6).toMatchObject({
      healthy: false,
      behind: { since: '1970-01-01T00:00:00.000Z' },
    });
  });

  test.each(['damaged', 'tidying failed'] as const)('has rules that are %s', (kind) => {
    const { clock, state } = healthState();
    state.hear({ family: 'IPv4', kind, error: new Error('busy') });
    clock.seconds = 60;
    expect([state.isHealthy('IPv4'), state.isHealthy('IPv6')]).toEqual([false, true]);
  });
});

test('each family was updated when its rules were last in force, and all of them when the last one was', () => {
  const { clock, state } = healthState();
  clock.seconds = 10;
  syncs(state, 'IPv4').ends();
  clock.seconds = 20;
  syncs(state, 'IPv6').ends();
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

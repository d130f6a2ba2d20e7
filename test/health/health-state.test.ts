import { expect, test } from 'vitest';
import { HealthState } from '../../src/health/health-state.ts';

/** A health state with a sync period of 30 s, and a clock that the test sets in seconds. */
function healthState() {
  const clock = { seconds: 0 };
  return { clock, health: new HealthState(['IPv4', 'IPv6'], 30_000, () => clock.seconds * 1000) };
}

test('healthy while nothing waits, however long that lasts', () => {
  const { clock, health } = healthState();
  clock.seconds = 100_000;
  expect(health.report().healthy).toBe(true);
});

test('healthy while a change waits for less than twice the sync period', () => {
  const { clock, health } = healthState();
  health.queued();
  clock.seconds = 59;
  expect(health.report().healthy).toBe(true);
  clock.seconds = 61;
  expect(health.report().healthy).toBe(false);
});

test('the wait counts from the first change that is not in force', () => {
  const { clock, health } = healthState();
  health.queued();
  clock.seconds = 50;
  health.queued();
  clock.seconds = 61;
  expect(health.report().healthy).toBe(false);
});

test('unhealthy as long as one family waits', () => {
  const { clock, health } = healthState();
  health.queued();
  health.updated('IPv4');
  clock.seconds = 61;
  expect(health.report()).toMatchObject({
    healthy: false,
    status: { IPv4: { healthy: true }, IPv6: { healthy: false } },
  });
  health.updated('IPv6');
  expect(health.report().healthy).toBe(true);
});

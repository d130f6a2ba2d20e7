import { describe, expect, test } from 'vitest';
import { healthzPage, livezPage } from '../../src/health/health-pages.ts';
import type { Health } from '../../src/health/health-state.ts';
import { sharedUnavailable } from '../support/conformance/shared.ts';
import { recordedAnswer } from '../support/health/recordings.ts';

const seconds = (value: number) => `1970-01-01T00:00:${value}.000Z`;

function health(healthy: boolean): Health {
  const family = { lastUpdated: seconds(20), healthy };
  return { currentTime: 50_000, lastUpdated: 20_000, healthy, status: { IPv4: family, IPv6: family } };
}

function summary({ status, text }: ReturnType<typeof livezPage>) {
  const { lastUpdated, healthy, nodeEligible } = JSON.parse(text);
  return { status, lastUpdated, healthy, nodeEligible };
}

describe('/healthz', () => {
  test.each([
    ['is well where proxy and node are', true, true, 200, 50],
    ['is not where a change waits too long', false, true, 503, 20],
    ['is not where the node is being deleted, though the proxy is healthy', true, false, 503, 20],
    ['is not where both are', false, false, 503, 20],
  ])('%s', (_, healthy, nodeEligible, status, updated) => {
    expect(summary(healthzPage(health(healthy), nodeEligible))).toEqual({
      status,
      lastUpdated: seconds(updated),
      healthy,
      nodeEligible,
    });
  });
});

describe('/livez', () => {
  test.each([
    ['is well where the proxy is', true, 200, 50],
    ['is not where a change waits too long', false, 503, 20],
  ])('%s, and says nothing of the node', (_, healthy, status, updated) => {
    expect(summary(livezPage(health(healthy)))).toEqual({
      status,
      lastUpdated: seconds(updated),
      healthy,
      nodeEligible: undefined,
    });
  });
});

const unavailable = sharedUnavailable();
if (unavailable !== undefined) test("kube-proxy's own health pages", ({ skip }) => skip(unavailable));

describe.skipIf(unavailable)("kube-proxy's own answer has the same status, type, fields and order", () => {
  test.each([
    ['healthz.http', healthzPage(health(true), true)],
    ['livez.http', livezPage(health(true))],
  ])('%s', (name, page) => {
    const { status, headers, body } = recordedAnswer(name);
    expect({ status: page.status, type: page.type }).toEqual({ status, type: headers['content-type'] });
    const withoutTimes = (text: string) => text.replaceAll(/"[\dT:.-]+Z"/g, '"time"');
    expect(withoutTimes(page.text)).toBe(withoutTimes(body));
  });
});

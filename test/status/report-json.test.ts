import { expect, test } from 'vitest';
import { reportJson } from '../../src/status/report-json.ts';
import type { ServiceStatus } from '../../src/status/status-report.ts';

const none = { total: 0, perSecond: 0 };
const service = (name: string) =>
  ({
    name,
    family: 'IPv4',
    protocol: 'TCP',
    newConnections: none,
    refused: none,
    frontends: [],
    endpoints: [],
  }) as unknown as ServiceStatus;

test.each([0, 1, 3])('a report of %i Services is the JSON of the whole in one line', (count) => {
  const services = Array.from({ length: count }, (_, index) => service(`shop/web-${index}`));
  const report = { time: '2026-01-02T03:04:05.000Z', intervalSeconds: 1.25, services };
  expect([...reportJson(report)].join('')).toBe(`${JSON.stringify(report)}\n`);
});

test('no more of it is made than is taken', () => {
  let made = 0;
  const services = {
    *[Symbol.iterator]() {
      for (made = 1; ; made += 1) yield service('shop/web');
    },
  };
  const pieces = reportJson({ time: '', intervalSeconds: 1, services })[Symbol.iterator]();
  for (let piece = 0; piece < 10; piece += 1) pieces.next();
  expect(made).toBe(9);
});

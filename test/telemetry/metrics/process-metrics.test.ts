import { expect, test } from 'vitest';
import { addressSpaceLimit, ipStatistic } from '../../../src/telemetry/metrics/process-metrics.ts';

test.each([
  ['a limit', 'Max address space         1048576              unlimited            bytes', 1_048_576],
  ['no limit', 'Max address space         unlimited            unlimited            bytes', 2 ** 64 - 1],
])('the address space has %s', (_, line, expected) => {
  expect(addressSpaceLimit(`Limit  Soft Limit  Hard Limit  Units\n${line}\n`)).toBe(expected);
});

test('a statistic stands under its name', () => {
  const netstat = 'TcpExt: A InOctets\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 3 4 5\n';
  expect(['InOctets', 'OutOctets', 'None'].map((field) => ipStatistic(netstat, field))).toEqual([4, 5, 0]);
});

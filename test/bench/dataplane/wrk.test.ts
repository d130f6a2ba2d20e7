import { describe, expect, test } from 'vitest';
import { parseWrk } from '../../../bench/dataplane/wrk.ts';

/** What wrk 4.1.0 printed, with lines put in before the last two. */
function report(...extra: readonly string[]): string {
  return [
    'Running 2s test @ http://10.96.0.1:80/',
    '  1 threads and 32 connections',
    '  Thread Stats   Avg      Stdev     Max   +/- Stdev',
    '    Latency   658.86us  387.46us   4.62ms   63.86%',
    '    Req/Sec    14.81k   485.53    15.42k    80.95%',
    '  30973 requests in 2.10s, 3.10MB read',
    ...extra,
    'Requests/sec:  14750.83',
    'Transfer/sec:      1.48MB',
    '',
  ].join('\n');
}

describe('the report of wrk', () => {
  test('says how many answers there were, and how many in a second', () => {
    expect(parseWrk(report())).toEqual({ perSecond: 14_750.83, answers: 30_973, failed: 0 });
  });

  test('counts socket errors of every kind together', () => {
    const errors = '  Socket errors: connect 1, read 20, write 300, timeout 4000';
    expect(parseWrk(report(errors))).toMatchObject({ failed: 4321 });
  });

  test('is refused where the server did not do what it was asked for', () => {
    expect(() => parseWrk(report('  Non-2xx or 3xx responses: 7'))).toThrow('7 answers had a status other');
  });

  test.each([
    ['nobody answered', report().replace('30973 requests', '0 requests')],
    ['the rate is missing', report().replace('Requests/sec', 'Requests')],
    ['there is no report', 'unable to connect to 10.96.0.1:80 Connection refused'],
  ])('is refused where %s', (_, text) => {
    expect(() => parseWrk(text)).toThrow('wrk had no answer');
  });
});

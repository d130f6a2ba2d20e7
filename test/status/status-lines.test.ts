import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { parseInterval } from '../../src/cli/commands/status.ts';
import { planService } from '../../src/plan/plan-service.ts';
import { alignColumns } from '../../src/status/align-columns.ts';
import { openScreen } from '../../src/status/screen.ts';
import { selectServices } from '../../src/status/select-services.ts';
import { statusLines as eachStatusLine } from '../../src/status/status-lines.ts';
import { type StatusReport, statusReport } from '../../src/status/status-report.ts';
import type { PortTraffic } from '../../src/status/traffic/port-traffic.ts';
import { context, endpoint, service, serviceKey, servicePort, slice } from '../support/records.ts';

const time = new Date('2026-01-02T03:04:05Z');
const plain = pc.createColors(false);

/** The port of a Service with what each of its endpoints got: all, and in the interval. */
function port(name: string, counts: readonly (readonly [total: number, recent: number])[]): PortTraffic {
  const key = serviceKey(name);
  const endpoints = counts.map((_, index) => endpoint(`10.244.0.${index + 1}`));
  const record = service({ key, ports: [servicePort({ nodePort: 30_080 })] });
  const [plan] = planService(record, [slice(endpoints)], context({ holder: () => key }));
  if (plan === undefined) throw new Error('no plan');
  const none = { total: 0, recent: 0 };
  const all = counts.reduce((sum, [total, recent]) => [sum[0] + total, sum[1] + recent] as const, [0, 0]);
  return {
    plan,
    frontends: plan.frontends.map((frontend) => ({
      frontend,
      action: frontend.kind === 'ClusterIP' ? plan.internal.action : plan.external.action,
      standing: 'programmed',
      connections: frontend.kind === 'ClusterIP' ? { total: all[0], recent: all[1] } : none,
      refused: none,
    })),
    endpoints: plan.endpoints.reachable.map((each, index) => ({
      endpoint: each,
      standing: 'programmed',
      connections: { total: counts[index]?.[0] ?? 0, recent: counts[index]?.[1] ?? 0 },
    })),
  };
}

function statusLines(...args: Parameters<typeof eachStatusLine>): readonly string[] {
  return [...eachStatusLine(...args)];
}

function report(ports: readonly PortTraffic[], sort: 'rate' | 'name' = 'rate'): StatusReport {
  return statusReport(ports, { time, intervalSeconds: 2, sort });
}

describe('a report', () => {
  test('has rates by the time that really passed', () => {
    const [web] = report([port('a/web', [[10, 3]])]).services;
    expect(web?.newConnections).toEqual({ total: 10, perSecond: 1.5 });
  });

  test.each<{ name: string; counts: readonly (readonly [number, number])[]; shares: readonly unknown[] }>([
    {
      name: 'of the new connections in the interval',
      counts: [
        [100, 1],
        [0, 3],
      ],
      shares: [25, 75],
    },
    {
      name: 'of all, where the interval had none',
      counts: [
        [4, 0],
        [1, 0],
      ],
      shares: [80, 20],
    },
    {
      name: 'unknown where there never was one',
      counts: [
        [0, 0],
        [0, 0],
      ],
      shares: [null, null],
    },
  ])('has shares $name', ({ counts, shares }) => {
    const [web] = report([port('a/web', counts)]).services;
    expect(web?.endpoints.map(({ share }) => share)).toEqual(shares);
  });

  test.each([
    { sort: 'rate', order: ['c/fast:http', 'a/slow:http', 'b/slow:http'] },
    { sort: 'name', order: ['a/slow:http', 'b/slow:http', 'c/fast:http'] },
  ] as const)('is sorted by $sort', ({ sort, order }) => {
    const ports = [port('b/slow', [[9, 1]]), port('c/fast', [[2, 2]]), port('a/slow', [[5, 1]])];
    expect([...report(ports, sort).services].map(({ name }) => name)).toEqual(order);
  });
});

describe('the table', () => {
  const web = port('shop/web', [
    [300, 3],
    [100, 1],
  ]);

  test('has a block of lines for each service port', () => {
    expect(statusLines(report([web]), plain).join('\n')).toBe(
      `
SERVICE                    CONNECTIONS  PER SECOND  SHARE  REFUSED
shop/web:http TCP IPv4             400         2.0
  ClusterIP 10.96.0.10:80          400         2.0
  NodePort 30080                     0         0.0
  -> 10.244.0.1:8080               300         1.5  75.0%
  -> 10.244.0.2:8080               100         0.5  25.0%`.trimStart(),
    );
  });

  test('says what becomes of connections without an endpoint, and what is not as the objects say', () => {
    const refused = { total: 7, recent: 0 };
    const empty = port('shop/empty', []);
    const [clusterIP, nodePort] = empty.frontends;
    const [one, two] = web.endpoints;
    if (!clusterIP || !nodePort || !one || !two) throw new Error('the fixture has two of each');
    const differing: PortTraffic = {
      ...web,
      frontends: [{ ...clusterIP, action: 'forward', standing: 'not-programmed' }],
      endpoints: [
        { ...one, standing: 'not-programmed' },
        { ...two, standing: 'not-in-objects' },
      ],
    };
    const lines = statusLines(
      report([
        differing,
        {
          ...empty,
          frontends: [
            { ...clusterIP, refused },
            { ...nodePort, action: 'drop', refused },
          ],
        },
      ]),
      plain,
    );
    expect(lines.map((line) => line.replaceAll(/ {2,}/g, '  '))).toEqual([
      'SERVICE  CONNECTIONS  PER SECOND  SHARE  REFUSED',
      'shop/web:http TCP IPv4  400  2.0',
      '  ClusterIP 10.96.0.10:80  0  0.0  not programmed',
      '  -> 10.244.0.1:8080  300  1.5  75.0%  not programmed',
      '  -> 10.244.0.2:8080  100  0.5  25.0%  not in the objects',
      'shop/empty:http TCP IPv4  0  0.0  14',
      '  ClusterIP 10.96.0.10:80  0  0.0  7  no endpoint: rejected',
      '  NodePort 30080  0  0.0  7  no endpoint on this node: dropped',
    ]);
  });

  test('stays in line with the longest names and counts', () => {
    const long = port(`${'n'.repeat(63)}/${'s'.repeat(63)}`, [[Number.MAX_SAFE_INTEGER, 1]]);
    const lines = statusLines(report([long, web]), plain);
    const end = (lines[0] ?? '').indexOf('PER SECOND') + 'PER SECOND'.length;
    expect(lines.slice(1).map((line) => /^\d\.\d$/.test(line.slice(end - 3, end)))).toEqual(
      lines.slice(1).map(() => true),
    );
  });

  test.each([30, 60, 80])('fits a terminal of %i columns', (width) => {
    const long = port(`${'n'.repeat(63)}/${'s'.repeat(63)}`, [[12, 1]]);
    const lines = statusLines(report([long]), plain, width);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines[1]).toMatch(/^nnnnnnnn/);
  });

  test('has colours where they are wanted, and they shift nothing', () => {
    const coloured = statusLines(report([web]), pc.createColors(true)).join('\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    const bare = coloured.replaceAll(/\x1b\[\d+m/g, '');
    expect(coloured).not.toBe(bare);
    expect(bare).toBe(statusLines(report([web]), plain).join('\n'));
  });
});

describe('columns', () => {
  test('lose the middle of the first one where there is no room', () => {
    const rows = [
      ['namespace/a-very-long-name:http', '1', 'note'],
      ['b', '22'],
    ];
    expect(rows.map(alignColumns(rows, ['left', 'right', 'left'], 25))).toEqual([
      'namespace/…-name:http   …',
      'b                      22',
    ]);
  });
});

describe('a terminal', () => {
  function terminal(rows: number) {
    let written = '';
    return {
      rows,
      write: (text: string) => {
        written += text;
        return true;
      },
      get written() {
        return written;
      },
    };
  }

  test('is given back with its cursor', () => {
    const its = terminal(5);
    const screen = openScreen(its);
    screen.show(['a', 'b']);
    screen.close();
    expect(its.written).toBe('\x1b[?1049h\x1b[?25l\x1b[Ha\x1b[K\nb\x1b[K\x1b[J\x1b[?25h\x1b[?1049l');
  });

  test('shows no more lines than it has, and says how many more there are', () => {
    const its = terminal(3);
    openScreen(its).show(['a', 'b', 'c', 'd']);
    expect(its.written).toMatch(/a\S*\nb\S*\n… 2 more lines\S*$/);
  });
});

describe('an interval', () => {
  test.each([
    ['1s', 1000],
    ['100ms', 100],
    ['1m30s', 90_000],
    ['24h', 86_400_000],
  ])('may be %s', (text, milliseconds) => {
    expect(parseInterval(text)).toBe(milliseconds);
  });

  test.each(['0', '1', '99ms', '-1s', '25h', 'soon', ''])('cannot be %j', (text) => {
    expect(parseInterval(text)).toBeUndefined();
  });
});

describe('the Services to show', () => {
  const services = new Set([serviceKey('shop/web'), serviceKey('shop/cart')]);

  test('are all where none is named', () => {
    expect(selectServices([], services)).toBeUndefined();
  });

  test('are those that are named', () => {
    expect(selectServices(['shop/web'], services)).toEqual(new Set(['shop/web']));
  });

  test.each([
    { names: ['shop/web', 'shop/wbe', 'x/y'], says: 'no Service shop/wbe, x/y ' },
    { names: ['web'], says: 'SERVICE "web": must be namespace/name' },
    { names: ['shop/web/http'], says: 'SERVICE "shop/web/http": must be namespace/name' },
    { names: ['shop/'], says: 'SERVICE "shop/": must be namespace/name' },
  ])('cannot be $names', ({ names, says }) => {
    expect(() => selectServices(names, services)).toThrow(says);
  });
});

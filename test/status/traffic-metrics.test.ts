import { describe, expect, test } from 'vitest';
import { planService } from '../../src/plan/plan-service.ts';
import type { PortTraffic } from '../../src/status/traffic/port-traffic.ts';
import { TrafficMetrics } from '../../src/status/traffic-metrics.ts';
import { context, endpoint, service, slice } from '../support/records.ts';

const [plan] = planService(service(), [slice([endpoint('10.244.0.1')])], context());

function port(connections: number, refused = 0, standing: 'programmed' | 'not-in-objects' = 'programmed') {
  if (plan === undefined) throw new Error('no plan');
  const [frontend] = plan.frontends;
  const [its] = plan.endpoints.reachable;
  if (frontend === undefined || its === undefined) throw new Error('no frontend or endpoint');
  const traffic: PortTraffic = {
    plan,
    frontends: [
      {
        frontend,
        action: 'forward',
        standing: 'programmed',
        connections: { total: connections, recent: 0 },
        refused: { total: refused, recent: 0 },
      },
    ],
    endpoints: [{ endpoint: its, standing, connections: { total: connections, recent: 0 } }],
  };
  return traffic;
}

/** Traffic that a test sets, and how often it was read. */
function fake(first: readonly PortTraffic[]) {
  return {
    ports: first,
    reads: 0,
    failure: undefined as Error | undefined,
    async read() {
      this.reads += 1;
      await Promise.resolve();
      if (this.failure !== undefined) throw this.failure;
    },
  };
}

const connectionsLine =
  'portolan_service_new_connections_total{service="default/web:http",family="IPv4",endpoint="10.244.0.1:8080"}';
const refusedLine = 'portolan_service_refused_connections_total{service="default/web:http",family="IPv4"}';

function metrics(traffic: ReturnType<typeof fake>, clock = () => 0) {
  const errors: string[] = [];
  const made = new TrafficMetrics(traffic, (error) => errors.push(error.message), clock);
  return { made, errors };
}

function whole(pieces: Iterable<string>): string {
  return [...pieces].join('');
}

function series(text: Iterable<string>): readonly string[] {
  return whole(text)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the metrics of traffic', () => {
  test('have a counter for each endpoint and one for what was refused', async () => {
    const { made } = metrics(fake([port(5, 2)]));
    expect(series(await made.text())).toEqual([`${connectionsLine} 5`, `${refusedLine} 2`]);
  });

  test('say that they are counters', async () => {
    const { made } = metrics(fake([]));
    expect(whole(await made.text()).match(/^# TYPE .*$/gm)).toEqual([
      '# TYPE portolan_service_new_connections_total counter',
      '# TYPE portolan_service_refused_connections_total counter',
    ]);
  });

  test('leave out endpoints that no plan has, and Services that are gone', async () => {
    const traffic = fake([port(5, 0, 'not-in-objects')]);
    const { made } = metrics(traffic);
    expect(series(await made.text())).toEqual([`${refusedLine} 0`]);
    traffic.ports = [];
    expect(series(await made.text())).toEqual([]);
  });

  test('read the kernel at most once a second, whoever asks', async () => {
    let now = 0;
    const traffic = fake([port(5)]);
    const { made } = metrics(traffic, () => now);
    await Promise.all([made.text(), made.text()]);
    now = 999;
    expect(series(await made.text())).toContain(`${connectionsLine} 5`);
    expect(traffic.reads).toBe(1);
    now = 1_000;
    await made.text();
    expect(traffic.reads).toBe(2);
  });

  test('stay as they were where the table cannot be read, and the failure is told', async () => {
    let now = 0;
    const traffic = fake([port(5)]);
    const { made, errors } = metrics(traffic, () => now);
    await made.text();
    now = 1_000;
    traffic.failure = new Error('no table');
    expect(series(await made.text())).toContain(`${connectionsLine} 5`);
    expect(errors).toEqual(['no table']);
  });
});

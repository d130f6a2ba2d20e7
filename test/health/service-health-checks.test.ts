import { expect, onTestFinished, test } from 'vitest';
import { ServiceHealthChecks } from '../../src/health/service-health-checks.ts';
import { localAddresses } from '../../src/kernel/node/node-addresses.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import { resolveFile } from '../support/config/resolve.ts';
import { address, context, endpoint, service, slice } from '../support/records.ts';

const port = 20_000 + (process.pid % 10_000);

function start() {
  const state = new ClusterState('node-0');
  const book = new PlanBook(state);
  const health = { IPv4: true, IPv6: true };
  const checks = new ServiceHealthChecks({
    config: resolveFile('nodePortAddresses: ["127.0.0.0/8", "::1/128"]').config,
    state,
    isHealthy: (family) => health[family],
    onListenError: (_, __, error) => {
      throw error;
    },
  });
  onTestFinished(() => checks.close());
  const record = service({
    clusterIPs: [address('10.96.0.10'), address('fd00::10')],
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: port,
  });
  state.apply({ kind: 'Service', key: record.key, record });
  return { state, book, checks, health };
}

async function ask(host: string) {
  const answer = await fetch(`http://${host}:${port}/`);
  const { localEndpoints } = (await answer.json()) as { localEndpoints: number };
  return {
    status: answer.status,
    weight: answer.headers.get('x-load-balancing-endpoint-weight'),
    localEndpoints,
  };
}

test('each family answers for its own endpoints, on the addresses of node ports', async ({ skip }) => {
  if (!localAddresses().includes(address('::1'))) skip('this machine has no IPv6 address ::1');
  const { state, book, checks, health } = start();
  const update = () => book.update(context());
  const record = slice([endpoint('10.244.0.5', { nodeName: 'node-0' })]);
  update();
  await checks.applied('IPv4', { scope: 'full', plans: book.plans('IPv4') });
  await checks.applied('IPv6', { scope: 'full', plans: book.plans('IPv6') });
  const none = { status: 503, weight: '0', localEndpoints: 0 };
  expect([await ask('127.0.0.1'), await ask('[::1]')]).toEqual([none, none]);

  state.apply({ kind: 'EndpointSlice', key: record.key, record });
  await checks.applied('IPv4', { scope: 'partial', changes: update().IPv4 });
  expect([await ask('127.0.0.1'), await ask('[::1]')]).toEqual([
    { status: 200, weight: '1', localEndpoints: 1 },
    none,
  ]);

  health.IPv6 = false;
  expect(await ask('127.0.0.1')).toMatchObject({ status: 200 });
  health.IPv4 = false;
  expect(await ask('127.0.0.1')).toEqual({ status: 503, weight: '1', localEndpoints: 1 });
});

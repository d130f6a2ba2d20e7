import { Counter, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { formatEndpoint } from '../../src/net/address.ts';
import { planService } from '../../src/plan/plan-service.ts';
import type { PortTraffic } from '../../src/status/traffic/port-traffic.ts';
import { trafficText } from '../../src/status/traffic-text.ts';
import { context, endpoint, service, serviceKey, slice } from '../support/records.ts';

/** The port of a Service whose endpoints have had 1, 2, … connections. */
function port(name: string, addresses: readonly string[], refused = 0): PortTraffic {
  const key = serviceKey(name);
  const endpoints = slice(addresses.map((text) => endpoint(text)));
  const [plan] = planService(service({ key }), [endpoints], context({ holder: () => key }));
  if (plan === undefined) throw new Error('no plan');
  const count = (total: number) => ({ total, recent: 0 });
  return {
    plan,
    frontends: plan.frontends.map((frontend) => ({
      frontend,
      action: plan.internal.action,
      standing: 'programmed',
      connections: count(9),
      refused: count(refused),
    })),
    endpoints: plan.endpoints.reachable.map((each, index) => ({
      endpoint: each,
      standing: 'programmed',
      connections: count(index + 1),
    })),
  };
}

/** What a registry makes of the same. */
function registryText(ports: readonly PortTraffic[]): Promise<string> {
  const registers = [new Registry()];
  const connections = new Counter({
    name: 'portolan_service_new_connections_total',
    help: 'New connections that a Service sent to an endpoint',
    labelNames: ['service', 'family', 'endpoint'],
    registers,
  });
  const refused = new Counter({
    name: 'portolan_service_refused_connections_total',
    help: 'Packets for new connections that were refused, since the Service had no endpoint for them',
    labelNames: ['service', 'family'],
    registers,
  });
  for (const { plan, frontends, endpoints } of ports) {
    const labels = { service: plan.name, family: plan.family };
    for (const { endpoint: each, connections: count } of endpoints)
      connections.inc({ ...labels, endpoint: formatEndpoint(each.address, each.port) }, count.total);
    for (const frontend of frontends) refused.inc(labels, frontend.refused.total);
  }
  return registers[0]?.metrics() ?? Promise.resolve('');
}

describe('the text of the metrics of traffic', () => {
  test.each([
    { name: 'no Service', ports: [] },
    {
      name: 'Services',
      ports: [
        port('shop/web', ['10.244.0.1', '10.244.0.2']),
        port('shop/empty', [], 3),
        port('shop/cart', ['10.244.0.3']),
      ],
    },
  ])('is that of a registry, byte by byte, of $name', async ({ ports }) => {
    expect([...trafficText(ports)].join('')).toBe(await registryText(ports));
  });

  test('comes in small pieces, however many Services there are', () => {
    const web = port('shop/web', ['10.244.0.1', '10.244.0.2']);
    const lengths = Array.from(trafficText(Array(5_000).fill(web)), ({ length }) => length);
    expect(Math.max(...lengths)).toBeLessThan(70_000);
    expect(lengths.reduce((sum, length) => sum + length)).toBeGreaterThan(1_000_000);
  });

  test('is made as it is taken', () => {
    let asked = 0;
    const web = port('shop/web', ['10.244.0.1']);
    const counting: PortTraffic = {
      ...web,
      get endpoints() {
        asked += 1;
        return web.endpoints;
      },
    };
    const pieces = trafficText(Array(5_000).fill(counting))[Symbol.iterator]();
    pieces.next();
    expect(asked).toBe(0);
    pieces.next();
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(1_000);
  });
});

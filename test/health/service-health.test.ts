import { describe, expect, test } from 'vitest';
import {
  HealthCheckedServices,
  localReadyEndpoints,
  serviceHealthPage,
} from '../../src/health/service-health.ts';
import { planService } from '../../src/plan/plan-service.ts';
import type { ServicePortPlan } from '../../src/plan/service-plan.ts';
import type { EndpointRecord, EndpointSliceRecord } from '../../src/state/records.ts';
import { context, endpoint, service, serviceKey, slice, sliceKey } from '../support/records.ts';

const here = { nodeName: 'node-0' };
const terminating = { ready: false, serving: true, terminating: true };
const otherPort = {
  ports: [{ name: 'metrics', protocol: 'TCP' as const, port: 9090 }],
  key: sliceKey('default/web-2'),
};

function count(...slices: readonly EndpointSliceRecord[]): number {
  return localReadyEndpoints(slices, 'IPv4', 'node-0');
}

describe('ready endpoints on this node', () => {
  test.each<[string, number, readonly EndpointRecord[]]>([
    ['are those that run here', 1, [endpoint('10.0.0.1', here), endpoint('10.0.0.2')]],
    ['are not those that run nowhere known', 0, [endpoint('10.0.0.1', { nodeName: undefined })]],
    ['are not those that are not ready', 0, [endpoint('10.0.0.1', { ...here, ready: false })]],
    [
      'are not those that only serve while they terminate',
      0,
      [endpoint('10.0.0.1', { ...here, ...terminating })],
    ],
  ])('%s', (_, expected, endpoints) => expect(count(slice(endpoints))).toBe(expected));

  test('count once, however many ports they have', () => {
    const ports = [
      { name: 'http', protocol: 'TCP' as const, port: 80 },
      { name: 'https', protocol: 'TCP' as const, port: 443 },
    ];
    expect(count(slice([endpoint('10.0.0.1', here)], { ports }))).toBe(1);
  });

  test('count where one port of them is ready, though another is not', () => {
    const notReady = slice([endpoint('10.0.0.1', { ...here, ready: false })], otherPort);
    expect(count(slice([endpoint('10.0.0.1', here)]), notReady)).toBe(1);
  });

  test('count where the address still terminates in another slice', () => {
    const again = slice([endpoint('10.0.0.1', { ...here, ...terminating })], {
      key: sliceKey('default/web-2'),
    });
    const ready = slice([endpoint('10.0.0.1', here)]);
    expect([count(ready, again), count(again, ready)]).toEqual([1, 1]);
  });

  test('do not count without a port, or in another family', () => {
    const portless = slice([endpoint('10.0.0.1', here)], { ports: [] });
    const ipv6 = slice([endpoint('fd00::1', here)], { family: 'IPv6' });
    expect(count(portless, ipv6)).toBe(0);
  });
});

describe('a health check node port answers', () => {
  const layout = `{
\t"service": {
\t\t"namespace": "default",
\t\t"name": "web"
\t},
\t"localEndpoints": 2,
\t"serviceProxyHealthy": true
}`;

  test("in kube-proxy's layout, with the weight as a header", () => {
    expect(serviceHealthPage(serviceKey('default/web'), 2, true)).toEqual({
      status: 200,
      type: 'application/json',
      headers: { 'X-Load-Balancing-Endpoint-Weight': '2' },
      text: layout,
    });
  });

  test.each([
    ['no endpoint runs here', 0, true],
    ['the proxy is not healthy', 2, false],
  ])('503 where %s', (_, endpoints, healthy) => {
    expect(serviceHealthPage(serviceKey('default/web'), endpoints, healthy).status).toBe(503);
  });
});

describe('the book of health checks', () => {
  const web = serviceKey('default/web');
  const api = serviceKey('default/api');
  const plans = (key = web, healthCheckNodePort: number | undefined = 30_500): readonly ServicePortPlan[] =>
    planService(service({ key, healthCheckNodePort }), [], context({ holder: () => key }));

  test('has the Services of a full sync that have a port, and no others any more', () => {
    const book = new HealthCheckedServices(() => 3);
    book.applied({ scope: 'full', plans: new Map([[api, plans(api)]]) });
    const touched = book.applied({ scope: 'full', plans: new Map([[web, plans()]]) });
    expect([...book.services]).toEqual([[web, { port: 30_500, localEndpoints: 3 }]]);
    expect([...touched].sort()).toEqual([api, web]);
  });

  test('follows changes, and counts only what changed', () => {
    const counted: string[] = [];
    const book = new HealthCheckedServices((key) => counted.push(key));
    book.applied({ scope: 'full', plans: new Map([[api, plans(api)]]) });
    const touched = book.applied({
      scope: 'partial',
      changes: [{ service: web, before: [], after: plans() }],
    });
    expect([...touched]).toEqual([web]);
    expect(counted).toEqual([api, web]);
    book.applied({ scope: 'partial', changes: [{ service: web, before: plans(), after: [] }] });
    expect([...book.services.keys()]).toEqual([api]);
  });

  test('does not touch Services that never had a port', () => {
    const book = new HealthCheckedServices(() => 0);
    const without = planService(service({}), [], context());
    const change = { service: web, before: without, after: without };
    expect([...book.applied({ scope: 'partial', changes: [change] })]).toEqual([]);
  });
});

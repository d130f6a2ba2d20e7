import { describe, expect, test } from 'vitest';
import { judgeServices } from '../../../src/doctor/cluster/services.ts';
import type { EndpointSliceRecord, ServiceRecord } from '../../../src/state/records.ts';
import { bookOf, plansFor } from '../../support/doctor/cluster/plans.ts';
import { address, endpoint, service, serviceKey, servicePort, slice } from '../../support/records.ts';

const notReady = { ready: false, serving: false };
const gone = { ready: false, serving: false, terminating: true };
const leaving = { ready: false, serving: true, terminating: true };
const here = { nodeName: 'node-0' };
const web = { name: 'http', protocol: 'TCP', port: 8080 } as const;

describe('what is wrong with a Service by its objects', () => {
  interface Case {
    readonly name: string;
    readonly service?: Partial<ServiceRecord>;
    readonly slices: readonly EndpointSliceRecord[];
    readonly severity: string;
    readonly says: readonly string[];
  }
  const cases: readonly Case[] = [
    {
      name: 'without any EndpointSlice it has no selector, or nothing makes slices',
      slices: [],
      severity: 'fault',
      says: ['default/web:http', 'no EndpointSlice', 'kubectl -n default describe service web'],
    },
    {
      name: 'without endpoints in its slices the selector matches no pod',
      slices: [slice([])],
      severity: 'fault',
      says: ['default/web:http has no endpoint', 'selector matches no pod'],
    },
    {
      name: 'slices without a port of its name: both sides are named',
      slices: [slice([endpoint('10.0.0.1')], { ports: [{ ...web, name: 'web' }] })],
      severity: 'fault',
      says: ["port 'http' (TCP) of the Service; its EndpointSlices have 'web' (TCP)", 'the name differs'],
    },
    {
      name: 'slices without any port: targetPort names no port of the containers',
      slices: [slice([endpoint('10.0.0.1')], { ports: [] })],
      severity: 'fault',
      says: ['its EndpointSlices have no port', 'targetPort names no port of the containers'],
    },
    {
      name: 'a port of the same name and another protocol: the protocol is named',
      slices: [slice([endpoint('10.0.0.1')], { ports: [{ ...web, protocol: 'UDP' }] })],
      severity: 'fault',
      says: ["'http' (UDP)", 'the protocol differs'],
    },
    {
      name: 'an empty slice with the right port does not hide that the full one has the wrong name',
      slices: [slice([]), slice([endpoint('10.0.0.1')], { ports: [{ ...web, name: 'web' }] })],
      severity: 'fault',
      says: ["its EndpointSlices have 'web' (TCP)"],
    },
    {
      name: 'endpoints that are all not ready are counted',
      slices: [slice([endpoint('10.0.0.1', notReady), endpoint('10.0.0.2', notReady)])],
      severity: 'fault',
      says: ['no ready endpoint of 2', '2 not ready', 'publishNotReadyAddresses'],
    },
    {
      name: 'not ready and terminating ones are counted apart',
      slices: [slice([endpoint('10.0.0.1', notReady), endpoint('10.0.0.2', gone)])],
      severity: 'fault',
      says: ['1 not ready, 1 terminating and no longer serving'],
    },
    {
      name: 'endpoints that only terminate and no longer serve',
      slices: [slice([endpoint('10.0.0.1', gone)])],
      severity: 'fault',
      says: ['only endpoints that terminate and no longer serve'],
    },
    {
      name: 'endpoints that terminate and still serve, while there are no others',
      slices: [slice([endpoint('10.0.0.1', leaving), endpoint('10.0.0.2', notReady)])],
      severity: 'warning',
      says: ['1 endpoint terminating and still serving', 'none is there to replace them'],
    },
    {
      name: 'internalTrafficPolicy Local without an endpoint here',
      service: { internalTrafficPolicy: 'Local' },
      slices: [slice([endpoint('10.0.0.1', { nodeName: 'node-1' })])],
      severity: 'warning',
      says: ['none on this node', 'internalTrafficPolicy: Local', 'dropped'],
    },
    {
      name: 'externalTrafficPolicy Local of a node port without an endpoint here',
      service: { externalTrafficPolicy: 'Local', ports: [servicePort({ nodePort: 30080 })] },
      slices: [slice([endpoint('10.0.0.1', { nodeName: 'node-1' })])],
      severity: 'warning',
      says: ['externalTrafficPolicy: Local', 'clients from outside', '(NodePort)'],
    },
    {
      name: 'a family of which there are no slices, though the other has some',
      service: { clusterIPs: [address('10.96.0.1'), address('fd00:96::1')] },
      slices: [slice([endpoint('10.0.0.1', here)])],
      severity: 'fault',
      says: ['an address of IPv6', 'only of IPv4'],
    },
  ];
  test.each(cases)('$name', ({ service: given = {}, slices, severity, says }) => {
    const findings = judge([[service(given), slices]]);
    expect(findings.map((finding) => finding.severity)).toStrictEqual([severity]);
    const text = findings.map(({ looked, finding, next }) => `${looked}\n${finding}\n${next}`).join('\n');
    for (const part of says) expect(text).toContain(part);
  });
});

describe('what is in order', () => {
  test('endpoints that are ready', () => {
    expect(judge([[service(), [slice([endpoint('10.0.0.1')])]]])).toMatchObject([{ severity: 'ok' }]);
  });

  test('a load balancer of policy Local without an endpoint here: it asks the health check node port', () => {
    const local = service({
      externalTrafficPolicy: 'Local',
      ports: [servicePort({ nodePort: 30080 })],
      healthCheckNodePort: 32000,
    });
    expect(judge([[local, [slice([endpoint('10.0.0.1', { nodeName: 'node-1' })])]]])).toMatchObject([
      { severity: 'ok' },
    ]);
  });
});

test('of many Services with the same trouble the first are told one by one, and the rest by number', () => {
  const many = Array.from({ length: 50_000 }, (_, index): [ServiceRecord, readonly EndpointSliceRecord[]] => [
    service({
      key: serviceKey(`default/web-${index}`),
      clusterIPs: [address(`10.${(index >> 16) + 100}.${(index >> 8) & 255}.${index & 255}`)],
    }),
    [],
  ]);
  const findings = judge(many);
  expect(findings).toHaveLength(6);
  expect(findings.at(-1)?.finding).toContain('and 49990 more');
  expect(findings.at(-1)?.severity).toBe('fault');
});

function judge(services: readonly (readonly [ServiceRecord, readonly EndpointSliceRecord[]])[]) {
  const slices = new Map(services.map(([record, own]) => [record.key, own]));
  const plans = services.flatMap(([record, own]) => plansFor(record, own));
  return judgeServices({ plans: bookOf(plans), slicesOf: (key) => slices.get(key) ?? [] });
}

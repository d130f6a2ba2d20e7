import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { planService } from '../../../src/plan/plan-service.ts';
import type { ServicePortPlan } from '../../../src/plan/service-plan.ts';
import type { ServiceRecord } from '../../../src/state/records.ts';
import { Instruments } from '../../../src/telemetry/metrics/instruments.ts';
import { LocalEndpointGaps } from '../../../src/telemetry/metrics/local-endpoint-gaps.ts';
import { context, endpoint, service, serviceKey, servicePort, slice } from '../../support/records.ts';
import { sample } from '../../support/telemetry/samples.ts';

const key = serviceKey('default/web');

/** The plans of a Service with an endpoint on this node, or on another. */
function plans(nodeName: string, fields: Partial<ServiceRecord>): readonly ServicePortPlan[] {
  const record = service({ ports: [servicePort({ nodePort: 30_080 })], ...fields });
  return planService(record, [slice([endpoint('10.244.0.1', { nodeName })])], context());
}

const external = { externalTrafficPolicy: 'Local' } as const;
const both = { ...external, internalTrafficPolicy: 'Local' } as const;

function start() {
  const registry = new Registry();
  const gaps = new LocalEndpointGaps(new Instruments(registry));
  const counts = async () => {
    const text = await registry.metrics();
    return ['internal', 'external'].map((policy) =>
      sample(
        text,
        `kubeproxy_sync_proxy_rules_no_local_endpoints_total{ip_family="IPv4",traffic_policy="${policy}"}`,
      ),
    );
  };
  return { gaps, counts };
}

test.each<[string, readonly ServicePortPlan[], readonly number[]]>([
  ['policy Cluster', plans('node-1', {}), [0, 0]],
  ['external policy Local, and an endpoint elsewhere', plans('node-1', external), [0, 1]],
  ['both policies Local, and an endpoint elsewhere', plans('node-1', both), [1, 1]],
  ['both policies Local, and an endpoint here', plans('node-0', both), [0, 0]],
])('%s', async (_, own, expected) => {
  const { gaps, counts } = start();
  gaps.applied('IPv4', { scope: 'full', plans: new Map([[key, own]]) });
  expect(await counts()).toEqual(expected);
});

test('no endpoint anywhere is no gap: the client is told', async () => {
  const { gaps, counts } = start();
  gaps.applied('IPv4', { scope: 'full', plans: new Map([[key, planService(service(both), [], context())]]) });
  expect(await counts()).toEqual([0, 0]);
});

test('a change counts for what it is, and a full sync counts anew', async () => {
  const { gaps, counts } = start();
  const [elsewhere, here] = [plans('node-1', both), plans('node-0', both)];
  gaps.applied('IPv4', { scope: 'partial', changes: [{ service: key, before: [], after: elsewhere }] });
  expect(await counts()).toEqual([1, 1]);
  gaps.applied('IPv4', { scope: 'partial', changes: [{ service: key, before: elsewhere, after: here }] });
  expect(await counts()).toEqual([0, 0]);
  gaps.applied('IPv4', { scope: 'full', plans: new Map([[key, elsewhere]]) });
  gaps.applied('IPv4', { scope: 'full', plans: new Map([[key, elsewhere]]) });
  expect(await counts()).toEqual([1, 1]);
});

import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { Instruments } from '../../../src/telemetry/metrics/instruments.ts';
import { registerPacketMetrics } from '../../../src/telemetry/metrics/packet-metrics.ts';
import { sample } from '../../support/telemetry/samples.ts';

const prefix = 'kubeproxy_iptables_';

test('packets are read from the kernel at each scrape; no value where it has no counter', async () => {
  const registry = new Registry();
  let dropped = 7;
  registerPacketMetrics(new Instruments(registry), async (counter) =>
    counter === 'ct_state_invalid_dropped_pkts' ? dropped : undefined,
  );
  const values = async () => {
    const text = await registry.metrics();
    const names = ['ct_state_invalid_dropped', 'localhost_nodeports_accepted'];
    return names.map((name) => sample(text, `${prefix}${name}_packets_total`));
  };
  expect(await values()).toEqual([7, undefined]);
  dropped = 9;
  expect(await values()).toEqual([9, undefined]);
});

import { expect, test } from 'vitest';
import { Metrics } from '../../../src/telemetry/metrics/metrics.ts';
import { readDocument } from '../../support/docs/documents.ts';
import { readMetrics } from '../../support/telemetry/samples.ts';

const text = readDocument('docs/health-and-metrics.md');

async function allNames(): Promise<ReadonlySet<string>> {
  const scrapes = (['iptables', 'nftables'] as const).map((mode) =>
    new Metrics({ mode, version: '1.2.3' }).text(),
  );
  return new Set((await Promise.all(scrapes)).flatMap((scrape) => [...readMetrics(scrape).keys()]));
}

test('every metric that the documentation names is there', async () => {
  const names = await allNames();
  // Those of the traffic have a page of their own.
  const named = text.match(/\b(?:kubeproxy|rest_client|portolan)_[a-z_]+[a-z]\b(?!_)/g) ?? [];
  const unknown = named.filter(
    (name) => !names.has(name.replace(/_bucket$/, '')) && name !== 'portolan_service',
  );
  expect(unknown).toEqual([]);
  expect(named.length).toBeGreaterThan(20);
});

test("each of Portolan's own metrics is in the documentation", async () => {
  const own = [...(await allNames())].filter((name) => name.startsWith('portolan_'));
  expect(own.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

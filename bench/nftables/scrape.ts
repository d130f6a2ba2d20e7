import { peakMegabytes } from '../process-usage.ts';
import { clusterFlags, startPortolan } from './portolan.ts';

/** One scrape of `/metrics`, the first since the start. */
export interface ScrapeFigures {
  readonly seconds: number;
  /** Megabytes of resident memory of `portolan run`, at most, start and scrape included. */
  readonly peakMemory: number;
}

const [folder = '', services = '', endpoints = '', ...flags] = process.argv.slice(2);
const server = 'http://127.0.0.1:10249';

const { pid, end } = await startPortolan([...clusterFlags(folder), ...flags]);
// Loads what this process needs to ask.
await (await fetch(`${server}/healthz`)).text();
const started = performance.now();
const text = await (await fetch(`${server}/metrics`)).text();
const figures: ScrapeFigures = {
  seconds: (performance.now() - started) / 1000,
  peakMemory: peakMegabytes(pid),
};
await end();
ensureRight();
process.stdout.write(JSON.stringify(figures));

/** With `--traffic-metrics` there is one series for each endpoint, and without none. */
function ensureRight(): void {
  const series = text.match(/^portolan_service_new_connections_total\{/gm)?.length ?? 0;
  const expected = flags.includes('--traffic-metrics') ? Number(services) * Number(endpoints) : 0;
  if (series !== expected) throw new Error(`/metrics has ${series} series of endpoints, not ${expected}`);
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Milliseconds } from '../config/duration.ts';
import { loadConfig } from '../config/load-config.ts';
import { openCounters } from '../kernel/open-table.ts';
import { type Family, families } from '../net/family.ts';
import { currentPlans, type LoadedState, remarksOn } from '../plan/loaded-state.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { loadState } from '../sources/load-state.ts';
import { type CommonOptions, openSource } from '../sources/open-source.ts';
import type { Source } from '../sources/source.ts';
import { openReportWriter, type ReportWriter } from './report-writer.ts';
import { requireCounters } from './require-counters.ts';
import { namedServices, selectServices } from './select-services.ts';
import { type SortOrder, type StatusReport, statusReport } from './status-report.ts';
import { TrafficReader } from './traffic/traffic-reader.ts';
import { trafficContext } from './traffic-context.ts';

export interface StatusOptions extends CommonOptions {
  /** `namespace/name` of those to show; all where empty. */
  readonly services: readonly string[];
  readonly watch: boolean;
  readonly interval: Milliseconds;
  readonly output: 'text' | 'json';
  readonly sort: SortOrder;
  readonly family: Family | undefined;
  readonly color: boolean;
}

/** Shows the Services of the source with the new connections that the kernel has counted for them. */
export async function status(options: StatusOptions): Promise<ExitStatus> {
  const { config } = await loadConfig(options.flags);
  requireCounters('status', config);
  const { source } = await openSource(options, config, options.watch ? { patient: false } : undefined);
  const plannedServices = namedServices(options.services);
  const loaded = await loadState(source, config, { ...options, plannedServices });
  for (const remark of remarksOn(loaded)) process.stderr.write(`${remark}\n`);
  // Which there are is known only now.
  selectServices(options.services, loaded.state.services);
  const shown = options.family === undefined ? families : [options.family];
  const plans = (family: Family) => currentPlans(loaded, family);
  const reader = new TrafficReader(openCounters, trafficContext(loaded, config, shown, plans));
  if (options.watch) await watch(reader, source, loaded, options);
  else await showOnce(reader, options);
  return exitStatus.ok;
}

async function showOnce(reader: TrafficReader, options: StatusOptions): Promise<void> {
  const writer = openReportWriter(options);
  for await (const report of reports(reader, options)) return writer.write(report);
}

/** Shows reports until SIGINT or SIGTERM, and follows changes of the objects. */
async function watch(
  reader: TrafficReader,
  source: Source,
  { state }: LoadedState,
  options: StatusOptions,
): Promise<void> {
  const ending = new AbortController();
  // Not `once`: another signal would end this process before the screen is closed.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort());
  const following = source.follow(({ changes }) => {
    for (const change of changes) state.apply(change);
  }, ending.signal);
  const writer = openReportWriter(options);
  try {
    await writeAll(reports(reader, options, ending.signal), writer, ending.signal);
  } finally {
    writer.close();
    ending.abort();
    await following;
  }
}

/** A signal ends the pause between two readings by a rejection: that is no error. */
async function writeAll(
  all: AsyncIterable<StatusReport>,
  writer: ReportWriter,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const report of all) await writer.write(report);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** A report after each interval. Throws some error when the signal aborts. */
async function* reports(
  reader: TrafficReader,
  { interval, sort }: StatusOptions,
  signal?: AbortSignal,
): AsyncGenerator<StatusReport> {
  let before = performance.now();
  await reader.read();
  for (;;) {
    await delay(interval, undefined, { signal });
    const started = performance.now();
    const ports = await reader.read();
    yield statusReport(ports, { time: new Date(), intervalSeconds: (started - before) / 1000, sort });
    before = started;
  }
}

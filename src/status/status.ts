import { setTimeout as delay } from 'node:timers/promises';
import type { Milliseconds } from '../config/duration.ts';
import { loadConfig } from '../config/load-config.ts';
import { nftCommand } from '../kernel/nft/nft-command.ts';
import { type Family, families } from '../net/family.ts';
import { currentPlans, type LoadedState, remarksOn } from '../plan/loaded-state.ts';
import type { FamilyPlans } from '../plan/plan-change.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { loadState } from '../sources/load-state.ts';
import { type CommonOptions, openSource } from '../sources/open-source.ts';
import type { Source } from '../sources/source.ts';
import type { ServiceKey } from '../state/records.ts';
import { requireCounters } from './require-counters.ts';
import { selectServices } from './select-services.ts';
import { type SortOrder, type StatusReport, statusReport } from './status-report.ts';
import { openView, type View } from './status-view.ts';
import { TrafficReader } from './traffic/traffic-reader.ts';
import { trafficSubject } from './traffic-subject.ts';

export interface StatusOptions extends CommonOptions {
  /** `namespace/name` of those to show; all where there is none. */
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
  const loaded = await loadState(source, config, options);
  for (const remark of remarksOn(loaded)) process.stderr.write(`${remark}\n`);
  const selected = selectServices(options.services, loaded.state.services);
  const shown = options.family === undefined ? families : [options.family];
  const plans = (family: Family) => only(selected, currentPlans(loaded, family));
  const reader = new TrafficReader(nftCommand(), trafficSubject(loaded, config, shown, plans));
  if (options.watch) await watch(reader, source, loaded, options);
  else await showOnce(reader, options);
  return exitStatus.ok;
}

function only(services: ReadonlySet<ServiceKey> | undefined, plans: FamilyPlans): FamilyPlans {
  if (services === undefined) return plans;
  return new Map([...plans].filter(([service]) => services.has(service)));
}

async function showOnce(reader: TrafficReader, options: StatusOptions): Promise<void> {
  const view = openView(options);
  for await (const report of reports(reader, options)) return view.show(report);
}

/** Until SIGINT or SIGTERM, with the objects as the source then says they are. */
async function watch(
  reader: TrafficReader,
  source: Source,
  { state }: LoadedState,
  options: StatusOptions,
): Promise<void> {
  const ending = new AbortController();
  // Not `once`: another signal would end this process before the screen is as it was.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort());
  const following = source.follow(({ changes }) => {
    for (const change of changes) state.apply(change);
  }, ending.signal);
  const view = openView(options);
  try {
    await showAll(reports(reader, options, ending.signal), view, ending.signal);
  } finally {
    view.close();
    ending.abort();
    await following;
  }
}

/** A signal from the terminal ends nft, too, and with it the reading. */
async function showAll(all: AsyncIterable<StatusReport>, view: View, signal: AbortSignal): Promise<void> {
  try {
    for await (const report of all) await view.show(report);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** One report after each interval. Ends with an error, of any kind, when the signal aborts. */
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

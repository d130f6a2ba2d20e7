import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { serviceInput } from '../../src/iptables/restore-input.ts';
import { serviceChains } from '../../src/iptables/service-chains.ts';
import { firstFileWithOtherEndpoint } from '../objects.ts';
import { plansFrom } from '../plans.ts';
import { cpuSeconds, peakMegabytes } from '../process-usage.ts';
import { clusterCIDR, iptablesOptionsFor } from './rules.ts';

/** Portolan on a cluster, from an empty network namespace. */
export interface ProductFigures {
  /** Seconds from the start of the process until all rules are in force. */
  readonly firstSync: number;
  /** Seconds of that for the sync itself: from the plans to all rules in force. */
  readonly syncAlone: number;
  /** Milliseconds from the change being read to the rules being in force. */
  readonly change: { readonly median: number; readonly max: number };
  /** Milliseconds that iptables-restore takes for all chains of that one Service, in the same table. */
  readonly changeFloor: number;
  /** CPU seconds until all rules are in force, those of iptables included. */
  readonly cpu: number;
  /** Megabytes of resident memory, at most, of Portolan itself. */
  readonly peakMemory: number;
}

const [folder = '', services = '', endpoints = '', variant = ''] = process.argv.slice(2);
const size = { services: Number(services), endpoints: Number(endpoints) };
const rounds = 15;

const flags = ['--source', folder, '--cluster-cidr', clusterCIDR, '--iptables-variant', variant];
const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));
const started = performance.now();
const subprocess = execa(portolan, ['run', ...flags, '--logging-format', 'json', '-v', '2'], {
  buffer: false,
  reject: false,
});
const lines = createInterface({ input: subprocess.stderr })[Symbol.asyncIterator]();
const syncAlone = (await synced('full', 2)) / 1000;
const firstSync = (performance.now() - started) / 1000;
const { pid } = subprocess;
if (pid === undefined) throw new Error('portolan did not start');
const cpu = cpuSeconds(pid);
const changes = await changeEndpoints();
const peakMemory = peakMegabytes(pid);
subprocess.kill('SIGTERM');
await subprocess;
const changeFloor = await restoreOneService();
const figures: ProductFigures = {
  firstSync,
  syncAlone,
  change: { median: median(changes), max: Math.max(...changes) },
  changeFloor,
  cpu,
  peakMemory,
};
process.stdout.write(JSON.stringify(figures));

/** Waits for so many log lines about syncs of this scope; returns the most milliseconds that one of them tells. */
async function synced(scope: 'full' | 'partial', count: number): Promise<number> {
  let most = 0;
  for (let found = 0; ; ) {
    const { value, done } = await lines.next();
    if (done) throw new Error('portolan ended');
    const entry = JSON.parse(value);
    if (entry.msg === 'sync failed') throw new Error(value);
    if (entry.msg !== 'synced' || entry.scope !== scope) continue;
    most = Math.max(most, entry.milliseconds);
    found += 1;
    if (found === count) return most;
  }
}

/** Replaces one endpoint of one Service, again and again, as an editor would: by renaming a new file over the old. */
async function changeEndpoints(): Promise<readonly number[]> {
  const file = join(folder, 'services-000000.json');
  const original = readFileSync(file);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await replace(file, firstFileWithOtherEndpoint(size, round));
    times.push(await synced('partial', 1));
  }
  await replace(file, original);
  await synced('partial', 1);
  return times;
}

async function replace(file: string, content: string | Buffer): Promise<void> {
  const draft = join(folder, '.draft');
  await writeFile(draft, content);
  await rename(draft, file);
}

async function restoreOneService(): Promise<number> {
  const plans = await plansFrom(folder);
  const [first] = plans;
  if (first === undefined) throw new Error(`${folder} has no Service`);
  const [service, ports] = first;
  const options = iptablesOptionsFor(plans);
  const chains = ports.flatMap((plan) => [...serviceChains(plan, options)]);
  const input = [...serviceInput([], [{ service, chains }])].join('');
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await execa(`iptables-${variant}-restore`, ['--noflush', '--wait=5'], { input });
    times.push(performance.now() - begun);
  }
  return median(times);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

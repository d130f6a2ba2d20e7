import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { clusterCIDR } from '../iptables/rules.ts';
import { firstFileWithOtherEndpoint } from '../objects.ts';
import { cpuSeconds, peakMegabytes } from '../process-usage.ts';

/** `portolan run` on a cluster, from an empty network namespace. */
export interface ProductFigures {
  /** Seconds from the start of the process until all rules are in force. */
  readonly firstSync: number;
  /** CPU seconds until then. */
  readonly cpu: number;
  /** Milliseconds from a file being renamed into the folder until its change is in force. */
  readonly fileChanges: readonly number[];
  /** Megabytes of resident memory, at most, the changes included. */
  readonly peakMemory: number;
}

const [folder = '', services = '', endpoints = ''] = process.argv.slice(2);
const size = { services: Number(services), endpoints: Number(endpoints) };
const rounds = 20;

const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));
const flags = ['--proxy-mode', 'nftables', '--source', folder, '--cluster-cidr', clusterCIDR];
const started = performance.now();
const subprocess = execa(portolan, ['run', ...flags, '--logging-format', 'json', '-v', '2'], {
  buffer: false,
  reject: false,
});
const lines = createInterface({ input: subprocess.stderr })[Symbol.asyncIterator]();
// One of each family.
for (let family = 0; family < 2; family++) await synced('full');
const firstSync = (performance.now() - started) / 1000;
const { pid } = subprocess;
if (pid === undefined) throw new Error('portolan did not start');
const cpu = cpuSeconds(pid);
const fileChanges = await changeFile();
const figures: ProductFigures = { firstSync, cpu, fileChanges, peakMemory: peakMegabytes(pid) };
subprocess.kill('SIGTERM');
await subprocess;
process.stdout.write(JSON.stringify(figures));

/** Waits for the log line that tells of a sync, which is written when its transaction is in the kernel. */
async function synced(scope: 'full' | 'partial'): Promise<void> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error('portolan ended');
    const entry = JSON.parse(value);
    if (entry.msg === 'sync failed') throw new Error(value);
    if (entry.msg === 'synced' && entry.scope === scope) return;
  }
}

/** Replaces one endpoint of one Service again and again, and puts back the first file at last. */
async function changeFile(): Promise<readonly number[]> {
  const file = join(folder, 'services-000000.json');
  const original = readFileSync(file);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(await changeTo(firstFileWithOtherEndpoint(size, round), file));
  }
  await changeTo(original, file);
  return times;
}

async function changeTo(content: string | Buffer, file: string): Promise<number> {
  const draft = join(folder, '.draft');
  await writeFile(draft, content);
  const begun = performance.now();
  await rename(draft, file);
  await synced('partial');
  return performance.now() - begun;
}

import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstFileWithOtherEndpoint } from '../objects.ts';
import { cpuSeconds, peakMegabytes } from '../process-usage.ts';
import { clusterFlags, startPortolan } from './portolan.ts';

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

// The program may be that of another revision: its flags, its log and the files are all that is asked of it.
const [folder = '', services = '', endpoints = '', program] = process.argv.slice(2);
const size = { services: Number(services), endpoints: Number(endpoints) };
const rounds = 20;

const { pid, programmed, synced, end } = await startPortolan(clusterFlags(folder), program);
const cpu = cpuSeconds(pid);
const fileChanges = await changeFile();
const figures: ProductFigures = {
  firstSync: programmed,
  cpu,
  fileChanges,
  peakMemory: peakMegabytes(pid),
};
await end();
process.stdout.write(JSON.stringify(figures));

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

import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { type ClusterSize, writeObjects } from '../objects.ts';

/** What bin/portolan gives to Node. */
export const productNodeOptions = ['--max-semi-space-size=4'];

/** The options where the arguments are good; else says what is wrong with them. */
export function readyOptions<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

/** Does something with the objects of a cluster in a folder, which is removed afterwards. */
export async function withObjects<T>(size: ClusterSize, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  try {
    writeObjects(folder, size);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The load is that of the last minute: on a machine that is busy with something else the figures mean little. */
export function machine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} cores, ${memory}, load ${loadavg()[0]?.toFixed(1)} before`;
}

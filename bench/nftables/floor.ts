import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { plansFrom } from '../plans.ts';
import { peakMegabytes } from '../process-usage.ts';
import { bareTable } from './bare-table.ts';

/** What `nft -f` alone takes for the bare elements of a cluster, from an empty network namespace. */
export interface Floor {
  readonly seconds: number;
  /** Megabytes of resident memory of nft, at most. */
  readonly peakMemory: number;
}

const [folder = ''] = process.argv.slice(2);
const file = '/run/bare.nft';
await writeFile(file, bareTable(await plansFrom(folder)));
const floor: Floor = await load(file);
process.stdout.write(JSON.stringify(floor));

async function load(path: string): Promise<Floor> {
  const started = performance.now();
  const subprocess = spawn('nft', ['-f', path], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(subprocess, 'exit');
  const peakMemory = await watchMemory(subprocess.pid ?? 0, ended);
  const seconds = (performance.now() - started) / 1000;
  const [status] = await ended;
  if (status !== 0) throw new Error(`nft ended with status ${status}`);
  return { seconds, peakMemory };
}

/** The peak is known only while the process is there; nft reaches it long before its end. */
async function watchMemory(pid: number, ended: Promise<unknown>): Promise<number> {
  const pause = () => delay(5, 'running' as const);
  let peak = 0;
  while ((await Promise.race([ended, pause()])) === 'running') peak = peakMegabytes(pid) || peak;
  return peak;
}

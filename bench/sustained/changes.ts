import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { differenceToPlans } from '../nftables/difference.ts';
import { ChangingCluster } from '../nftables/events.ts';
import { loadCluster, startFollowing } from '../nftables/proxy.ts';
import { type Quantiles, quantilesOf } from '../nftables/quantiles.ts';
import { randomChange } from './mix.ts';

export interface SustainedFigures {
  readonly changes: number;
  readonly transactions: number;
  /** Milliseconds from the event to the commit in the kernel. */
  readonly lag: Quantiles;
  /** Megabytes resident: before the changes, after each minute of them, and at the end. */
  readonly memory: readonly number[];
  /** What would make the table equal to the plans at the end, as nft commands. */
  readonly difference: string;
}

const [folder = '', services = '', endpoints = '', seconds = '', rate = ''] = process.argv.slice(2);
const loaded = await loadCluster(folder);
const proxy = await startFollowing(loaded);
const cluster = new ChangingCluster({ services: Number(services), endpoints: Number(endpoints) });
const memory: number[] = [];
const lags = new Float64Array(Number(seconds) * Number(rate));
let committed = 0;

noteMemory();
const minutes = setInterval(noteMemory, 60_000);
setTimeout(() => clearInterval(minutes), (Number(seconds) - 1) * 1_000);
await changeAtPace();
noteMemory();
await proxy.tidied();
const figures: SustainedFigures = {
  changes: committed,
  transactions: proxy.transactions,
  lag: quantilesOf(lags.subarray(0, committed)),
  memory,
  difference: await differenceToPlans(loaded),
};
process.stdout.write(JSON.stringify(figures));
process.exit();

/** Makes a change for each line of the pacer; resolves when all are in the kernel. */
async function changeAtPace(): Promise<void> {
  const path = fileURLToPath(new URL('./pacer.ts', import.meta.url));
  const pacer = spawn(process.execPath, [path, rate, seconds], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: pacer.stdout });
  let last = Promise.resolve();
  lines.on('line', (time) => {
    const change = randomChange(cluster, Number(endpoints), Math.random);
    last = proxy.change(change, Number(time)).then(noteLag);
  });
  await once(lines, 'close');
  await last;
}

function noteLag(milliseconds: number): void {
  lags[committed] = milliseconds;
  committed += 1;
}

function noteMemory(): void {
  memory.push(process.memoryUsage.rss() / 1e6);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ApiClient } from '../../test/support/cluster/api-client.ts';
import { apiServerPort, ControlPlane } from '../../test/support/cluster/control-plane.ts';
import { writeKubeconfig } from '../../test/support/cluster/kubeconfig.ts';
import type { ClusterSize } from '../objects.ts';
import { cpuSeconds, peakMegabytes } from '../process-usage.ts';
import { type ChangeTimes, changeEndpoints } from './changes.ts';
import { type KernelWatch, watchKernel } from './kernel.ts';
import { createObjects, nodeName } from './objects.ts';
import type { ProxyMode, ProxyName } from './options.ts';
import { type StartedProxy, startClusterProxy } from './proxy.ts';

/** What is to be measured in one cluster. */
export interface ClusterTask {
  readonly size: ClusterSize;
  readonly runs: readonly ClusterRun[];
  readonly changes: number;
  /** Where Portolan's CPU profiles go, if it is to write any. */
  readonly profileFolder?: string | undefined;
}

export interface ClusterRun {
  readonly proxy: ProxyName;
  readonly mode: ProxyMode;
}

/** A proxy at a real API server, from an empty network namespace. */
export interface ClusterFigures extends ClusterRun {
  readonly size: ClusterSize;
  /** The machine's, of the last minute, before the proxy was started and after the changes. */
  readonly loads: readonly [number, number];
  readonly result: Measured | Failure;
}

/** Why nothing was measured. */
export interface Failure {
  readonly failure: string;
}

export interface Measured {
  /** Seconds from its start until all objects were listed, where its log tells. */
  readonly listed?: number | undefined;
  /** Seconds from its start until all rules were in force, and its CPU seconds until then. */
  readonly programmed: number;
  readonly cpu: number;
  /** Megabytes of resident memory, at most: until then, and with the changes. */
  readonly startMemory: number;
  readonly peakMemory: number;
  readonly changes: ChangeTimes;
}

const address = '192.168.60.1';

const task: ClusterTask = JSON.parse(process.argv[2] ?? '');
const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
/** Not before a first sync, whose transactions would be too many to tell of. */
let kernel: KernelWatch | undefined;
try {
  process.stdout.write(JSON.stringify(await measureAll()));
} finally {
  kernel?.[Symbol.dispose]();
  await rm(folder, { recursive: true });
}

async function measureAll(): Promise<readonly ClusterFigures[]> {
  await execa('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
  const reachedBy = { host: '127.0.0.1', port: apiServerPort };
  await using plane = await ControlPlane.start({ namespace: undefined, address, folder, reachedBy });
  await createObjects(plane.api, task.size, address);
  const kubeconfig = join(folder, 'kubeconfig');
  const { authority } = plane.certificates;
  const { certificate, key } = await plane.certificates.client('system:kube-proxy');
  const user = { 'client-certificate': certificate, 'client-key': key };
  await writeKubeconfig(kubeconfig, { server: `https://${address}:${apiServerPort}`, authority, user });
  const figures: ClusterFigures[] = [];
  for (const [round, run] of task.runs.entries()) {
    process.stderr.write(`  ${run.proxy}, ${run.mode} …\n`);
    figures.push(await measure(plane.api, kubeconfig, run, round));
    await execa('nft', ['flush', 'ruleset']);
  }
  return figures;
}

async function measure(
  api: ApiClient,
  kubeconfig: string,
  run: ClusterRun,
  round: number,
): Promise<ClusterFigures> {
  const { size, profileFolder } = task;
  const before = load();
  const options = { ...run, kubeconfig, nodeName, size, profileFolder };
  const result = await startClusterProxy(options)
    .then((started) => measureStarted(api, started, run, round))
    .catch(({ message }: Error) => ({ failure: message }));
  return { size, ...run, loads: [before, load()], result };
}

async function measureStarted(
  api: ApiClient,
  { pid, listed, programmed, end }: StartedProxy,
  { proxy }: ClusterRun,
  round: number,
): Promise<Measured> {
  try {
    const [cpu, startMemory] = [cpuSeconds(pid), peakMegabytes(pid)];
    kernel ??= watchKernel();
    // kube-proxy waits a second between two syncs.
    const count = proxy === 'kube-proxy' ? Math.min(task.changes, 30) : task.changes;
    const changes = await changeEndpoints(api, kernel, { services: task.size.services, count, round });
    return { listed, programmed, cpu, startMemory, peakMemory: peakMegabytes(pid), changes };
  } finally {
    await end();
  }
}

function load(): number {
  return loadavg()[0] ?? Number.NaN;
}

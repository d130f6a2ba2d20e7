import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binariesUnavailable } from '../../test/support/cluster/binaries.ts';
import { formatSize } from '../nftables/options.ts';
import { machine, readyOptions } from '../nftables/setup.ts';
import { inOwnNetwork } from '../own-network.ts';
import type { ClusterFigures, ClusterRun, ClusterTask } from './measure.ts';
import { type ClusterBenchOptions, clusterBenchOptions } from './options.ts';
import { clusterReport } from './report.ts';

/**
 * Portolan, and kube-proxy where it is asked for, at a real API server: from their start until all is programmed, and from
 * a PATCH of an EndpointSlice until the kernel has it. KUBEBUILDER_ASSETS names the folder with the programs.
 */
export async function clusterBenchmark(args: readonly string[]): Promise<void> {
  const options = readyOptions(() => clusterBenchOptions(args));
  if (options === undefined) return;
  const unavailable = binariesUnavailable(['etcd', 'kube-apiserver', ...peers(options)]);
  if (unavailable !== undefined) {
    process.stderr.write(`bench: ${unavailable}\n`);
    process.exitCode = 2;
    return;
  }
  const before = machine();
  const profileFolder = options.profile ? await newProfileFolder() : undefined;
  const figures: ClusterFigures[] = [];
  for (const size of options.sizes) {
    process.stderr.write(`${formatSize(size)} …\n`);
    const task: ClusterTask = { size, runs: runsOf(options), changes: options.changes, profileFolder };
    figures.push(
      ...(await inOwnNetwork<readonly ClusterFigures[]>('cluster/measure.ts', [JSON.stringify(task)])),
    );
  }
  process.stdout.write(`${before}\n\n${clusterReport(figures)}`);
  if (profileFolder !== undefined) process.stdout.write(`\nCPU profiles: ${profileFolder}\n`);
}

function peers({ proxies }: ClusterBenchOptions): readonly 'kube-proxy'[] {
  return proxies.filter((proxy) => proxy === 'kube-proxy');
}

function runsOf({ modes, proxies }: ClusterBenchOptions): readonly ClusterRun[] {
  return modes.flatMap((mode) => proxies.map((proxy) => ({ proxy, mode })));
}

async function newProfileFolder(): Promise<string> {
  const folder = join(tmpdir(), `portolan-cluster-profiles-${process.pid}`);
  await mkdir(folder);
  return folder;
}

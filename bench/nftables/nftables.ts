import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterSize } from '../objects.ts';
import { outputInOwnNetwork } from '../own-network.ts';
import type { NftablesFigures } from './figures.ts';
import { measureCluster } from './measure.ts';
import { formatSize, nftablesBenchOptions } from './options.ts';
import { clusterFlags } from './portolan.ts';
import { nftablesReport } from './report.ts';
import { type Revision, withRevision } from './revision.ts';
import { machine, productNodeOptions, readyOptions, withObjects } from './setup.ts';

/**
 * Portolan's nftables mode beside what nft alone takes for the same elements. `1000x10 …` names the sizes;
 * `--against REVISION` measures that one beside; `--profile SIZE` instead writes a CPU profile of a first sync.
 */
export async function nftablesBenchmark(args: readonly string[]): Promise<void> {
  const options = readyOptions(() => nftablesBenchOptions(args));
  if (options === undefined) return;
  if (options.task === 'profile') {
    process.stdout.write(`${await withObjects(options.size, (folder) => profile(folder, options.size))}\n`);
    return;
  }
  const before = machine();
  const figures = await withRevision(options.against, (revision) => measureSizes(options.sizes, revision));
  process.stdout.write(`${before}\n\n${nftablesReport(figures)}`);
}

async function measureSizes(
  sizes: readonly ClusterSize[],
  revision: Revision | undefined,
): Promise<readonly NftablesFigures[]> {
  const figures: NftablesFigures[] = [];
  for (const size of sizes) {
    process.stderr.write(`${formatSize(size)} …\n`);
    figures.push(await withObjects(size, (folder) => measureCluster(folder, size, revision)));
  }
  return figures;
}

/** Returns the file with the profile, for the developer tools of a browser or editor. */
async function profile(folder: string, { services, endpoints }: ClusterSize): Promise<string> {
  const name = `portolan-${services}x${endpoints}.cpuprofile`;
  const options = [
    ...productNodeOptions,
    '--cpu-prof',
    `--cpu-prof-dir=${tmpdir()}`,
    `--cpu-prof-name=${name}`,
  ];
  await outputInOwnNetwork('../dist/cli/main.js', ['run', '--once', ...clusterFlags(folder)], options);
  return join(tmpdir(), name);
}

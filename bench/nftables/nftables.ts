import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterCIDR } from '../iptables/rules.ts';
import type { ClusterSize } from '../objects.ts';
import { inOwnNetwork, outputInOwnNetwork } from '../own-network.ts';
import type { ChangeFigures } from './changes.ts';
import type { Floor } from './floor.ts';
import { formatSize, nftablesBenchOptions } from './options.ts';
import type { ProductFigures } from './product.ts';
import { quantilesOf } from './quantiles.ts';
import { type NftablesFigures, nftablesReport } from './report.ts';
import { machine, productNodeOptions, readyOptions, withObjects } from './setup.ts';

/**
 * Portolan's nftables mode beside what nft alone takes for the same elements. `1000x10 …` names the sizes;
 * `--profile SIZE` instead writes a CPU profile of a first sync.
 */
export async function nftablesBenchmark(args: readonly string[]): Promise<void> {
  const options = readyOptions(() => nftablesBenchOptions(args));
  if (options === undefined) return;
  if (options.task === 'profile') {
    process.stdout.write(`${await withObjects(options.size, (folder) => profile(folder, options.size))}\n`);
    return;
  }
  const before = machine();
  const figures: NftablesFigures[] = [];
  for (const size of options.sizes) {
    process.stderr.write(`${formatSize(size)} …\n`);
    figures.push(await withObjects(size, (folder) => measure(folder, size)));
  }
  process.stdout.write(`${before}\n\n${nftablesReport(figures)}`);
}

const rounds = 3;

/** Milliseconds in which the kernel clears away the namespace of a measurement before the next one. */
const pause = 500;

/** The ways take turns, so that what disturbs the machine for a while disturbs all of them. */
async function measure(folder: string, size: ClusterSize): Promise<NftablesFigures> {
  const args = [folder, String(size.services), String(size.endpoints)];
  const floors: Floor[] = [];
  const kernelParts: number[] = [];
  const products: ProductFigures[] = [];
  for (let round = 0; round < rounds; round++) {
    floors.push(await inOwnNetwork('nftables/floor.ts', args));
    await delay(pause);
    kernelParts.push(await inOwnNetwork('nftables/kernel-part.ts', args, productNodeOptions));
    await delay(pause);
    products.push(await inOwnNetwork('nftables/product.ts', args));
    await delay(pause);
  }
  const changes = await inOwnNetwork<ChangeFigures>('nftables/changes.ts', args, productNodeOptions);
  return {
    size,
    floor: {
      seconds: median(floors.map(({ seconds }) => seconds)),
      peakMemory: median(floors.map(({ peakMemory }) => peakMemory)),
    },
    kernelPart: median(kernelParts),
    product: {
      firstSync: median(products.map(({ firstSync }) => firstSync)),
      cpu: median(products.map(({ cpu }) => cpu)),
      peakMemory: Math.max(...products.map(({ peakMemory }) => peakMemory)),
      fileChange: median(products.flatMap(({ fileChanges }) => fileChanges)),
    },
    changes,
  };
}

function median(values: readonly number[]): number {
  return quantilesOf(values).p50;
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
  const flags = ['--proxy-mode', 'nftables', '--source', folder, '--cluster-cidr', clusterCIDR];
  await outputInOwnNetwork('../dist/cli/main.js', ['run', '--once', ...flags], options);
  return join(tmpdir(), name);
}

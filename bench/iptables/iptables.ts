import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { IptablesVariant } from '../../src/rules-text/iptables/variants.ts';
import { kubeProxyRows } from '../kube-proxy/proxy.ts';
import { type ClusterSize, writeObjects } from '../objects.ts';
import { inOwnNetwork } from '../own-network.ts';
import { markdownTable } from '../table.ts';
import type { Floor } from './floor.ts';
import type { ProductFigures } from './product.ts';

const sizes: readonly ClusterSize[] = [
  { services: 1_000, endpoints: 10 },
  { services: 10_000, endpoints: 10 },
];
const variants: readonly IptablesVariant[] = ['nft', 'legacy'];

/**
 * Portolan's iptables mode beside what iptables-restore alone takes for the same rules.
 * `--services N` measures one size only.
 */
export async function iptablesBenchmark(args: readonly string[]): Promise<void> {
  const only = args[0] === '--services' ? Number(args[1]) : undefined;
  const rows: string[][] = [];
  for (const size of sizes.filter(({ services }) => only === undefined || services === only)) {
    const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
    try {
      writeObjects(folder, size);
      for (const variant of variants) rows.push(await measure(folder, size, variant));
      rows.push(...(await kubeProxyRows(size)));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  process.stdout.write(`${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB\n\n`);
  process.stdout.write(markdownTable(header, rows));
}

const header = [
  'services × endpoints',
  'rules by',
  'first sync, from start',
  'sync alone',
  'restore alone',
  'ratio',
  'one endpoint (p50, max)',
  'restore alone',
  'ratio',
  'CPU of first sync',
  'peak memory',
];

async function measure(folder: string, size: ClusterSize, variant: IptablesVariant): Promise<string[]> {
  const args = [folder, String(size.services), String(size.endpoints), variant];
  const floor = await inOwnNetwork<Floor>('iptables/floor.ts', args);
  const product = await inOwnNetwork<ProductFigures>('iptables/product.ts', args);
  return [
    `${size.services.toLocaleString('en')} × ${size.endpoints}`,
    `Portolan, iptables-${variant}`,
    `${product.firstSync.toFixed(2)} s`,
    `${product.syncAlone.toFixed(2)} s`,
    `${floor.firstSync.toFixed(2)} s (${floor.batches} calls)`,
    ratio(product.firstSync, floor.firstSync),
    `${product.change.median.toFixed(0)} ms, ${product.change.max.toFixed(0)} ms`,
    `${product.changeFloor.toFixed(0)} ms`,
    ratio(product.change.median, product.changeFloor),
    `${product.cpu.toFixed(1)} s`,
    `${product.peakMemory.toFixed(0)} MB`,
  ];
}

function ratio(value: number, floor: number): string {
  return (value / floor).toFixed(2);
}

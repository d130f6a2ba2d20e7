import { machine, productNodeOptions, readyOptions, withObjects } from '../nftables/setup.ts';
import { inOwnNetwork } from '../own-network.ts';
import type { SustainedFigures } from './changes.ts';
import { sustainedOptions } from './options.ts';
import { sustainedReport } from './report.ts';

/**
 * Changes of endpoints that come without end, in mode nftables: how late each is in the kernel, and whether memory
 * and table stay as they should. `--seconds N`, `--rate N` (changes a second), `--size 10000x10`.
 */
export async function sustainedBenchmark(args: readonly string[]): Promise<void> {
  const options = readyOptions(() => sustainedOptions(args));
  if (options === undefined) return;
  const { size, seconds, rate } = options;
  const before = machine();
  const figures = await withObjects(size, (folder) => {
    const numbers = [size.services, size.endpoints, seconds, rate].map(String);
    return inOwnNetwork<SustainedFigures>('sustained/changes.ts', [folder, ...numbers], productNodeOptions);
  });
  process.stdout.write(`${before}\n\n${sustainedReport(options, figures)}`);
}

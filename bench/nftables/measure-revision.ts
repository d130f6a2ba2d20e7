import { inOwnNetwork, outputInOwnNetwork } from '../own-network.ts';
import type { RevisionFigures } from './figures.ts';
import { medianRun } from './medians.ts';
import type { ProductFigures } from './product.ts';
import { medianQuantiles, type Quantiles } from './quantiles.ts';
import type { Revision } from './revision.ts';
import { productNodeOptions } from './setup.ts';
import type { Turns } from './turns.ts';

/** Adds the measurements of another revision, where it has them; returns what makes figures of all rounds. */
export function addRevision(
  turns: Turns,
  { name, program, changesScript }: Revision,
  args: readonly string[],
): () => RevisionFigures {
  const run = turns.add(
    () => inOwnNetwork<ProductFigures>('nftables/product.ts', [...args, program]),
    medianRun,
  );
  const replaced =
    changesScript === undefined
      ? () => undefined
      : turns.add(() => replacedBy(changesScript, args), medianQuantiles);
  return () => ({ name, run: run(), replaced: replaced() });
}

/** From the revision's own script, which may say more or less than ours. */
async function replacedBy(script: string, args: readonly string[]): Promise<Quantiles> {
  const { replaced } = JSON.parse(await outputInOwnNetwork(script, args, productNodeOptions));
  const [p50, p99, max] = [replaced?.p50, replaced?.p99, replaced?.max].map(Number);
  if (p50 === undefined || p99 === undefined || max === undefined || !Number.isFinite(p50 + p99 + max))
    throw new Error(`${script} does not tell how long a replaced endpoint takes`);
  return { p50, p99, max };
}

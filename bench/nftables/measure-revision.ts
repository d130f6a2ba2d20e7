import { inOwnNetwork, outputInOwnNetwork } from '../own-network.ts';
import type { RevisionFigures } from './figures.ts';
import { medianRun } from './medians.ts';
import type { ProductFigures } from './product.ts';
import { medianQuantiles, type Quantiles } from './quantiles.ts';
import type { Revision, RevisionScript } from './revision.ts';
import type { Turns } from './turns.ts';

/** Adds the measurements of another revision, where it has them; returns what makes figures of all rounds. */
export function addRevision(
  turns: Turns,
  { name, program, changes }: Revision,
  args: readonly string[],
): () => RevisionFigures {
  const run = turns.add(
    () => inOwnNetwork<ProductFigures>('nftables/product.ts', [...args, program]),
    medianRun,
  );
  const replaced =
    changes === undefined ? () => undefined : turns.add(() => replacedBy(changes, args), medianQuantiles);
  return () => ({ name, run: run(), replaced: replaced() });
}

/** From the revision's own script, which may say more or less than ours. */
async function replacedBy(
  { path, nodeOptions }: RevisionScript,
  args: readonly string[],
): Promise<Quantiles> {
  const { replaced } = JSON.parse(await outputInOwnNetwork(path, args, nodeOptions));
  const [p50, p99, max] = [replaced?.p50, replaced?.p99, replaced?.max].map(Number);
  if (p50 === undefined || p99 === undefined || max === undefined || !Number.isFinite(p50 + p99 + max))
    throw new Error(`${path} does not tell how long a replaced endpoint takes`);
  return { p50, p99, max };
}

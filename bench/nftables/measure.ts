import type { ClusterSize } from '../objects.ts';
import { inOwnNetwork } from '../own-network.ts';
import type { ChangeFigures } from './changes.ts';
import type { CodecFigures } from './codec.ts';
import { type NftablesFigures, strangersChains } from './figures.ts';
import type { Floor } from './floor.ts';
import { addRevision } from './measure-revision.ts';
import { medianChanges, medianCodec, medianRun, medianStanding, medianUse } from './medians.ts';
import type { ProductFigures } from './product.ts';
import { median } from './quantiles.ts';
import type { Revision } from './revision.ts';
import type { ScrapeFigures } from './scrape.ts';
import { productNodeOptions } from './setup.ts';
import type { StandingFigures } from './standing.ts';
import { Turns } from './turns.ts';

const rounds = 3;

/** Measures Portolan on a cluster whose objects are in a folder, and another revision in turn with it. */
export async function measureCluster(
  folder: string,
  size: ClusterSize,
  revision: Revision | undefined,
): Promise<NftablesFigures> {
  const args = [folder, String(size.services), String(size.endpoints)];
  const measured = <Result>(script: string, more: readonly string[] = []) =>
    inOwnNetwork<Result>(`nftables/${script}`, [...args, ...more]);
  /** With Portolan's parts in the script's own process. */
  const measuredWithin = <Result>(script: string, more: readonly string[] = []) =>
    inOwnNetwork<Result>(`nftables/${script}`, [...args, ...more], productNodeOptions);

  // What is compared stands side by side.
  const beside = [String(strangersChains)];
  const turns = new Turns();
  const kernelPart = turns.add(() => measuredWithin<number>('kernel-part.ts'), median);
  const floor = turns.add(() => measured<Floor>('floor.ts'), medianUse);
  const start = turns.add(() => measured<number>('start.ts'), median);
  const run = turns.add(() => measured<ProductFigures>('product.ts'), medianRun);
  const ofRevision = revision && addRevision(turns, revision, args);
  const changes = turns.add(() => measuredWithin<ChangeFigures>('changes.ts'), medianChanges);
  const changesBesideStrangers = turns.add(
    () => measuredWithin<ChangeFigures>('changes.ts', beside),
    medianChanges,
  );
  const codec = turns.add(() => measuredWithin<CodecFigures>('codec.ts'), medianCodec);
  const codecBesideStrangers = turns.add(() => measuredWithin<CodecFigures>('codec.ts', beside), medianCodec);
  const standing = turns.add(() => measured<StandingFigures>('standing.ts'), medianStanding);
  const scrape = turns.add(() => measured<ScrapeFigures>('scrape.ts'), medianUse);
  const trafficScrape = turns.add(
    () => measured<ScrapeFigures>('scrape.ts', ['--traffic-metrics']),
    medianUse,
  );
  await turns.take(rounds);
  return {
    size,
    yardsticks: {
      floor: floor(),
      start: start(),
      codec: codec(),
      codecBesideStrangers: codecBesideStrangers(),
    },
    kernelPart: kernelPart(),
    run: run(),
    changes: changes(),
    changesBesideStrangers: changesBesideStrangers(),
    standing: standing(),
    scrape: scrape(),
    trafficScrape: trafficScrape(),
    revision: ofRevision?.(),
  };
}

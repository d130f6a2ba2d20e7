import type { NftablesFigures } from './figures.ts';
import { besideStrangersTable } from './tables/beside-strangers.ts';
import { firstSyncTable } from './tables/first-sync.ts';
import { otherChangesTable } from './tables/other-changes.ts';
import { replacedTable } from './tables/replaced.ts';
import { revisionTable } from './tables/revision.ts';
import { standingTable } from './tables/standing.ts';
import { trafficMetricsTable } from './tables/traffic-metrics.ts';
import { yardsticksTable } from './tables/yardsticks.ts';

/** A table for each question, with a row for each size. Each goal stands beside its figure. */
export function nftablesReport(figures: readonly NftablesFigures[]): string {
  return [
    yardsticksTable(figures),
    firstSyncTable(figures),
    replacedTable(figures),
    otherChangesTable(figures),
    besideStrangersTable(figures),
    standingTable(figures),
    trafficMetricsTable(figures),
    ...revisionTable(figures),
  ].join('\n');
}

import { withGoal } from '../../goal.ts';
import { markdownTable } from '../../table.ts';
import type { NftablesFigures } from '../figures.ts';
import { formatSize } from '../options.ts';

/** What `--traffic-metrics` costs: the time of a scrape, and memory. */
export function trafficMetricsTable(figures: readonly NftablesFigures[]): string {
  const header = [
    'services × endpoints',
    'scrape',
    'with --traffic-metrics',
    'to floor',
    'peak memory',
    'with --traffic-metrics',
    'more',
  ];
  const rows = figures.map(({ size, yardsticks: { floor }, scrape, trafficScrape }) => [
    formatSize(size),
    `${scrape.seconds.toFixed(2)} s`,
    withGoal(trafficScrape.seconds, floor.seconds, 's', 2),
    (trafficScrape.seconds / floor.seconds).toFixed(2),
    `${scrape.peakMemory.toFixed(0)} MB`,
    `${trafficScrape.peakMemory.toFixed(0)} MB`,
    withGoal(trafficScrape.peakMemory - scrape.peakMemory, 40, 'MB', 0),
  ]);
  return markdownTable(header, rows);
}

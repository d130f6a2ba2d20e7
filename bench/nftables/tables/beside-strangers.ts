import { withGoal } from '../../goal.ts';
import { markdownTable } from '../../table.ts';
import { changePause } from '../change-pause.ts';
import { type NftablesFigures, strangersChains } from '../figures.ts';
import { formatSize } from '../options.ts';

/** Changes where another program has chains on the node, beside those where it has none; and the same of the codec alone. */
export function besideStrangersTable(figures: readonly NftablesFigures[]): string {
  const header = [
    'services × endpoints',
    `beside ${strangersChains.toLocaleString('en')} chains: endpoint replaced, p50`,
    'to without',
    'removed, p50',
    'to without',
    'added, p50',
    'to without',
    `codec, ${changePause} ms apart`,
    'to without',
  ];
  const rows = figures.map(({ size, yardsticks, changes, changesBesideStrangers: beside }) => [
    formatSize(size),
    ...(['replaced', 'removed', 'added'] as const).flatMap((change) => [
      withGoal(beside[change].p50, sameAsWithout * changes[change].p50, 'ms', 3),
      (beside[change].p50 / changes[change].p50).toFixed(2),
    ]),
    `${yardsticks.codecBesideStrangers.apart.toFixed(3)} ms`,
    (yardsticks.codecBesideStrangers.apart / yardsticks.codec.apart).toFixed(2),
  ]);
  return markdownTable(header, rows);
}

/** The goal is no difference; ratios vary by a tenth from run to run. */
const sameAsWithout = 1.1;

import { markdownTable } from '../../table.ts';
import { changePause } from '../change-pause.ts';
import type { NftablesFigures } from '../figures.ts';
import { formatSize } from '../options.ts';

/** What the goals are multiples of. */
export function yardsticksTable(figures: readonly NftablesFigures[]): string {
  const header = [
    'services × endpoints',
    'floor',
    "floor's memory",
    'start',
    'codec',
    `codec, ${changePause} ms apart`,
  ];
  const rows = figures.map(({ size, yardsticks: { floor, start, codec } }) => [
    formatSize(size),
    `${floor.seconds.toFixed(2)} s`,
    `${floor.peakMemory.toFixed(0)} MB`,
    `${start.toFixed(2)} s`,
    `${codec.inLoop.toFixed(3)} ms`,
    `${codec.apart.toFixed(3)} ms`,
  ]);
  return markdownTable(header, rows);
}

import type { BranchGroup } from '../group-branches.ts';
import { percentText } from '../percent.ts';
import type { ShownFork, ShownGroup, ShownStep } from '../shown-path.ts';
import { conditionWords, listWords } from '../text/packet-words.ts';
import { type Area, gap, type Line } from './drawing.ts';

/** One of the branches drawn side by side below a fork, and its place among them. */
export interface Column {
  readonly heading: readonly Line[];
  readonly path: readonly ShownStep[];
  readonly area: Area;
}

/** Branches that need several columns get as many times the width. */
export function columnsBelow(fork: ShownFork, { x, y, width }: Area): readonly Column[] {
  const { shown, rest } = columnsOfFork(fork);
  const drawn = shown.map((group) => ({
    heading: groupHeading(group, fork),
    path: group.path,
    columns: columnsOf(group.path),
  }));
  const more = {
    heading: [{ style: 'reason' as const, text: `and ${rest} more ways` }],
    path: [],
    columns: 1,
  };
  const all = rest === 0 ? drawn : [...drawn, more];
  const total = all.reduce((sum, { columns }) => sum + columns, 0);
  const unit = (width + columnGap) / Math.max(1, total);
  let before = 0;
  return all.map(({ heading, path, columns }) => {
    const area = { x: x + before * unit, y: y + gap, width: columns * unit - columnGap };
    before += columns;
    return { heading, path, area };
  });
}

/** How many columns a path needs at its widest. */
export function columnsOf(path: readonly ShownStep[]): number {
  const fork = path.find((step) => step.kind === 'fork');
  if (fork === undefined) return 1;
  const { shown, rest } = columnsOfFork(fork);
  const own = shown.reduce((sum, group) => sum + columnsOf(group.path), 0);
  return Math.max(1, own + (rest === 0 ? 0 : 1));
}

const columnGap = 16;

/** More branches than these are not drawn side by side. */
const mostColumns = 4;

function columnsOfFork({ groups }: ShownFork): {
  readonly shown: readonly ShownGroup[];
  readonly rest: number;
} {
  if (groups.length <= mostColumns) return { shown: groups, rest: 0 };
  return { shown: groups.slice(0, mostColumns - 1), rest: groups.length - mostColumns + 1 };
}

function groupHeading({ first, destinations, share }: BranchGroup, fork: ShownFork): readonly Line[] {
  if (share === undefined) return [{ style: 'reason', text: conditionWords(first, fork) }];
  const where = destinations.length === 0 ? '' : ` · to ${listWords(destinations)}`;
  const heading: Line = { style: 'share', text: `${percentText(share * 100)}${where}` };
  const [example, ...others] = destinations;
  return others.length === 0
    ? [heading]
    : [heading, { style: 'share', text: `shown for ${example}, the rest likewise` }];
}

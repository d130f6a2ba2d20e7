import type { Hook } from '../../rules-text/ruleset.ts';
import type { ExplainedEndpoint, ExplainedFork } from '../explanation.ts';
import { percentText } from '../percent.ts';
import { conciseRule } from '../reason/rule-words.ts';
import type { ShownFork, ShownStep } from '../shown-path.ts';
import { type Area, arrow, type Drawing, drawBox, drawText, gap, type Line, rectangle } from './drawing.ts';

/** What happens at a hook, up to the first fork that needs columns. */
export interface Lane {
  readonly hook: Hook | undefined;
  readonly steps: readonly LaneStep[];
}

export type LaneStep = Exclude<ShownStep, { kind: 'hook' | 'end' | 'shown-before' }>;

/** The steps up to the next hook, the end, or a fork with several groups; and the rest of the path. */
export function cutLane(path: readonly ShownStep[]): readonly [Lane, readonly ShownStep[]] {
  const [first] = path;
  const hook = first?.kind === 'hook' ? first.hook : undefined;
  const body = hook === undefined ? path : path.slice(1);
  const steps: LaneStep[] = [];
  for (const [at, step] of body.entries()) {
    if (step.kind === 'hook' || step.kind === 'end' || step.kind === 'shown-before')
      return [{ hook, steps }, body.slice(at)];
    if (step.kind === 'fork') {
      const [only, ...others] = step.groups;
      if (only === undefined || others.length > 0) return [{ hook, steps }, body.slice(at)];
      const { path: onward } = only;
      if (onward[0]?.kind === 'hook') return [{ hook, steps: [...steps, step] }, onward];
      const [{ steps: inBranch }, rest] = cutLane(onward);
      return [{ hook, steps: [...steps, step, ...inBranch] }, rest];
    }
    steps.push(step);
  }
  return [{ hook, steps }, []];
}

/** A box for each step, from the top of the area down; an arrow leads to them. */
export function drawLane(
  steps: readonly LaneStep[],
  heading: string,
  { x, y, width }: Area,
  endpoints: readonly ExplainedEndpoint[],
): Drawing {
  if (steps.length === 0) return { height: 0, shapes: [] };
  const inside = { x: x + laneMargin, width: width - 2 * laneMargin };
  const top = y + gap;
  const title = drawText([{ style: 'label', text: heading }], { ...inside, y: top + 4 });
  const shapes: string[] = [];
  const center = x + width / 2;
  let at = top + 4 + title.height;
  for (const [index, step] of steps.entries()) {
    const start = at + (index === 0 ? 4 : gap);
    if (index > 0) shapes.push(arrow({ x: center, y: at }, { x: center, y: start }));
    const box = drawStep(step, { ...inside, y: start }, endpoints);
    shapes.push(...box.shapes);
    at = start + box.height;
  }
  const height = at + laneMargin - top;
  const lane = rectangle('lane', { x, y: top, width }, height, 10);
  return {
    height: gap + height,
    shapes: [arrow({ x: center, y }, { x: center, y: top }), lane, ...title.shapes, ...shapes],
  };
}

const laneMargin = 12;
const mostShares = 8;

function drawStep(step: LaneStep, area: Area, endpoints: readonly ExplainedEndpoint[]): Drawing {
  switch (step.kind) {
    case 'rule': {
      const place = `${step.table} ${step.chain}, rule ${step.position}`;
      const lines: Line[] = [
        { style: 'place', text: place },
        { style: 'reason', text: step.reason },
        { style: 'rule', text: conciseRule(step.rule) },
      ];
      return drawBox(kindOf(step.effect.kind), lines, area);
    }
    case 'policy':
      return drawBox(
        'bad',
        [
          { style: 'place', text: `${step.table} ${step.chain}` },
          { style: 'reason', text: step.reason },
        ],
        area,
      );
    case 'fork':
      return drawBox(
        choiceKind(step),
        [{ style: 'reason', text: step.reason }, ...shareLines(step, endpoints)],
        area,
      );
  }
}

/** The style of a fork: of chance, or of an unknown. */
export function choiceKind({ branches }: ExplainedFork): string {
  return branches.some(({ share }) => share === undefined) ? 'doubt' : 'choice';
}

function kindOf(effect: string): string {
  if (effect === 'drop' || effect === 'reject') return 'bad';
  return effect === 'unknown' ? 'doubt' : 'plain';
}

/** The endpoints that a fork chooses among, with their shares of all connections. */
function shareLines(fork: ShownFork, endpoints: readonly ExplainedEndpoint[]): readonly Line[] {
  const chosen = new Set(fork.groups.flatMap(({ destinations }) => destinations));
  const own = endpoints.filter(({ endpoint }) => chosen.has(endpoint));
  const shown = own.length <= mostShares ? own : own.slice(0, mostShares - 1);
  const rest = own.length - shown.length;
  const lines = shown.map(endpointText);
  const more = rest === 0 ? [] : [`and ${rest} more`];
  const example = own.length < 2 ? [] : [`shown for ${own[0]?.endpoint}, the rest likewise`];
  return [...lines, ...more, ...example].map((text): Line => ({ style: 'share', text }));
}

function endpointText({ endpoint, percent, backend }: ExplainedEndpoint): string {
  const pod = backend?.pod === undefined ? '' : ` · pod ${backend.pod}`;
  const node = backend?.node === undefined ? '' : ` · ${backend.isOnThisNode ? 'this node' : backend.node}`;
  return `${percentText(percent)} · ${endpoint}${pod}${node}`;
}

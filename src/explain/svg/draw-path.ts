import type { Hook } from '../../rules-text/ruleset.ts';
import type { TraceVerdict } from '../../trace/trace.ts';
import type { ExplainedEndpoint, ExplainedStep } from '../explanation.ts';
import type { ShownBefore, ShownFork, ShownStep } from '../shown-path.ts';
import { endWords, hookWords } from '../text/packet-words.ts';
import { columnsBelow } from './columns.ts';
import { type Area, arrow, type Drawing, drawBox, gap, type Line } from './drawing.ts';
import { choiceKind, cutLane, drawLane } from './lane.ts';

/**
 * Draws a path from the top of the area down: a lane for each hook, a box in it for each rule, and the branches of a
 * fork side by side. An arrow leads to it.
 */
export function drawPath(
  path: readonly ShownStep[],
  area: Area,
  endpoints: readonly ExplainedEndpoint[],
  hook?: Hook,
): Drawing {
  const [lane, rest] = cutLane(path);
  if (lane.steps.length === 0 && rest.length === 0) return { height: 0, shapes: [] };
  const heading = lane.hook === undefined ? (hook?.toUpperCase() ?? '') : headingOf(lane.hook);
  const own = drawLane(lane.steps, heading, area, endpoints);
  const below = { ...area, y: area.y + own.height };
  const onward = drawOnward(rest, below, endpoints, lane.hook ?? hook);
  return { height: own.height + onward.height, shapes: [...own.shapes, ...onward.shapes] };
}

/** What comes after a lane: the next one, the end, or a fork. */
function drawOnward(
  path: readonly ShownStep[],
  area: Area,
  endpoints: readonly ExplainedEndpoint[],
  hook: Hook | undefined,
): Drawing {
  const [first] = path;
  switch (first?.kind) {
    case undefined:
      return { height: 0, shapes: [] };
    case 'fork':
      return drawFork(first, area, endpoints, hook);
    case 'end':
      return drawEnd(first, area);
    case 'shown-before':
      return drawShownBefore(first, area);
    default:
      return drawPath(path, area, endpoints, hook);
  }
}

function drawEnd(step: ExplainedStep & { kind: 'end' }, { x, y, width }: Area): Drawing {
  const { verdict } = step.outcome;
  const lines: Line[] = [
    { style: 'label', text: verdict.toUpperCase() },
    { style: 'reason', text: endWords(step) },
  ];
  return withArrow(drawBox(verdictKind(verdict), lines, { x, y: y + gap, width }), { x, y, width });
}

function drawShownBefore({ reason }: ShownBefore, area: Area): Drawing {
  const line: Line = { style: 'reason', text: `${reason}: goes on as another branch does` };
  return withArrow(drawBox('plain', [line], { ...area, y: area.y + gap }), area);
}

function withArrow({ height, shapes }: Drawing, { x, y, width }: Area): Drawing {
  const center = x + width / 2;
  return { height: height + gap, shapes: [arrow({ x: center, y }, { x: center, y: y + gap }), ...shapes] };
}

export function verdictKind(verdict: TraceVerdict): string {
  switch (verdict) {
    case 'dnat':
    case 'accept':
    case 'untouched':
      return 'good';
    case 'reject':
    case 'drop':
      return 'bad';
    case 'varies':
    case 'unknown':
      return 'doubt';
  }
}

function drawFork(
  fork: ShownFork,
  area: Area,
  endpoints: readonly ExplainedEndpoint[],
  hook: Hook | undefined,
): Drawing {
  const heading = withArrow(
    drawBox(choiceKind(fork), [{ style: 'reason', text: fork.reason }], { ...area, y: area.y + gap }),
    area,
  );
  const from = { x: area.x + area.width / 2, y: area.y + heading.height };
  const shapes = [...heading.shapes];
  let height = 0;
  for (const column of columnsBelow(fork, { ...area, y: from.y })) {
    shapes.push(arrow(from, { x: column.area.x + column.area.width / 2, y: column.area.y }));
    const box = drawBox(choiceKind(fork), column.heading, column.area);
    const onward = drawPath(column.path, { ...column.area, y: column.area.y + box.height }, endpoints, hook);
    shapes.push(...box.shapes, ...onward.shapes);
    height = Math.max(height, gap + box.height + onward.height);
  }
  return { height: heading.height + height, shapes };
}

function headingOf(hook: Hook): string {
  return `${hook.toUpperCase()} · ${hookWords[hook]}`;
}

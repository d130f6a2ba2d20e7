import pc from 'picocolors';
import { withRoutesKnown } from '../../kernel/node/live-node-view.ts';
import { type ExitStatus, exitStatus } from '../../program/exit-status.ts';
import type { DiffOptions } from '../diff-options.ts';
import { familiesOf } from '../rules/compare-rules.ts';
import type { Sides } from '../sides/sides.ts';
import { compareTraffic, type TrafficComparison } from './compare-traffic.ts';
import { openTraffic } from './open-traffic.ts';
import { isSame, trafficJson } from './report/traffic-json.ts';
import { formatTraffic } from './report/traffic-text.ts';

/** Prints what changes for traffic to the frontends of both sides, by tracing packets through their rules. */
export async function diffTraffic(sides: Sides, options: DiffOptions): Promise<ExitStatus> {
  const comparisons: TrafficComparison[] = [];
  for (const family of familiesOf(sides, options.family)) {
    const input = await openTraffic(family, sides, options);
    comparisons.push(await withRoutesKnown(input.node, () => compareTraffic(input)));
  }
  const names = { before: sides.before.name, after: sides.after.name };
  if (options.output === 'json')
    process.stdout.write(`${JSON.stringify(trafficJson(names, comparisons), null, 2)}\n`);
  else
    for (const text of formatTraffic(comparisons, pc.createColors(options.color))) process.stdout.write(text);
  return comparisons.every(isSame) ? exitStatus.ok : exitStatus.incomplete;
}

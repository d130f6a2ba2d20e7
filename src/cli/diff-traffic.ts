import pc from 'picocolors';
import { compareTraffic, type TrafficComparison } from '../diff/compare-traffic.ts';
import { isSame, trafficJson } from '../diff/traffic-json.ts';
import { formatTraffic } from '../diff/traffic-text.ts';
import type { DiffOptions } from './diff.ts';
import { familiesOf } from './diff-rules.ts';
import type { Sides } from './diff-side.ts';
import { openTraffic } from './diff-traffic-sides.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';

/** Prints what changes for traffic: what becomes of packets to every frontend of both sides, by their rules. */
export async function diffTraffic(sides: Sides, options: DiffOptions): Promise<ExitStatus> {
  const comparisons: TrafficComparison[] = [];
  for (const family of familiesOf(sides, options.family))
    comparisons.push(compareTraffic(await openTraffic(family, sides, options)));
  const names = { before: sides.before.name, after: sides.after.name };
  if (options.output === 'json')
    process.stdout.write(`${JSON.stringify(trafficJson(names, comparisons), null, 2)}\n`);
  else
    for (const text of formatTraffic(comparisons, pc.createColors(options.color))) process.stdout.write(text);
  return comparisons.every(isSame) ? exitStatus.ok : exitStatus.incomplete;
}

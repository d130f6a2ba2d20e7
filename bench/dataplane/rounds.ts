/** Measures all cases, in rounds, and prints the samples as JSON. Runs in a network namespace of its own. */
import { inOrder, type Sample } from './cases.ts';
import { measure } from './measure.ts';
import { createNodes } from './nodes/create-nodes.ts';
import type { DataplaneOptions } from './options.ts';

export interface RoundsResult {
  readonly samples: readonly Sample[];
  /** What was to be measured and was not, and why. */
  readonly leftOut: readonly string[];
}

const options: DataplaneOptions = JSON.parse(process.argv[2] ?? '');
// All nodes stand from the beginning to the end, so that every round has every case.
await using nodes = await createNodes(options);
const samples: Sample[] = [];
for (let round = 1; round <= options.rounds; round++) {
  process.stderr.write(`round ${round} of ${options.rounds}\n`);
  for (const [about, destination] of inOrder(nodes.cases, round)) {
    samples.push({ ...about, round, figures: await measure(destination, options.seconds) });
  }
}
const result: RoundsResult = { samples, leftOut: nodes.leftOut };
process.stdout.write(JSON.stringify(result));

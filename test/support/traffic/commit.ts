/**
 * Changes the endpoints of one Service as fast as the kernel takes it, with the product's own parts, from inside a
 * namespace. argv[2] says what in JSON. Prints a line for each commit; ends when standard input does.
 */
import { openTable } from '../../../src/kernel/open-table.ts';
import { nftablesSkeleton } from '../../../src/kernel/rule-files.ts';
import { NftablesBackend } from '../../../src/nftables/backend.ts';
import { PlanBook } from '../../../src/plan/plan-book.ts';
import { ClusterState } from '../../../src/state/cluster-state.ts';
import { reduceObject } from '../../../src/state/reduce-object.ts';
import { Syncer } from '../sync/syncer.ts';
import type { Commit, Committing } from './commit-without-pause.ts';
import { nodeName, web } from './objects.ts';

const { family, service, pods, sizes }: Committing = JSON.parse(process.argv[2] ?? '');
const state = new ClusterState(nodeName);
const backend = new NftablesBackend(family, await openTable(family), nftablesSkeleton(), async () => ({
  family,
  masqueradeBit: 14,
  masqueradeAll: false,
  localDetector: undefined,
  nodePortAddresses: 'all',
  serviceCIDRs: [],
}));
const context = {
  nodeName,
  zone: '',
  nodeHints: true,
  nodeIPs: {},
  holder: (claim: string) => state.holder(claim),
};
const syncer = new Syncer(new PlanBook(state), () => context, [backend]);

let ending = false;
process.stdin.on('end', () => {
  ending = true;
});
process.stdin.resume();
let random = 1;
while (!ending) {
  await commit(choose());
  await new Promise(setImmediate);
}

async function commit(endpoints: typeof pods): Promise<void> {
  for (const object of web({ ...service, endpoints })) {
    for (const change of reduceObject(object).changes) state.apply(change);
  }
  const started = now();
  for (const outcome of await syncer.sync()) if (outcome.result === 'failed') throw outcome.error;
  process.stdout.write(`${JSON.stringify({ started, ended: now(), endpoints } satisfies Commit)}\n`);
}

/** Some of the pods, in any order: now more, now fewer, now others. */
function choose(): typeof pods {
  const size = sizes[next(sizes.length)] ?? 1;
  const left = [...pods];
  return Array.from({ length: size }, () => left.splice(next(left.length), 1)).flat();
}

/** The same numbers each time: Numerical Recipes' generator. */
function next(below: number): number {
  random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((random / 2 ** 32) * below);
}

/** Milliseconds of the machine's clock, which all processes share. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

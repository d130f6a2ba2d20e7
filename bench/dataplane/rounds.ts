/** Measures all cases, in rounds, and prints the samples as JSON. Runs in a network namespace of its own. */
import { mkdtemp } from 'node:fs/promises';
import { iptablesUnavailable } from '../../test/support/lab/unavailable.ts';
import { bareCases, casesOf, inOrder, type NodeCases, type Sample } from './cases.ts';
import { measure } from './measure.ts';
import { createForwarder, createNode } from './node.ts';
import { writeCluster } from './objects.ts';
import type { DataplaneOptions, Mode } from './options.ts';

const options: DataplaneOptions = JSON.parse(process.argv[2] ?? '');
await using stack = new AsyncDisposableStack();
const nodes = await createNodes(options.modes.filter(isAvailable));
const samples: Sample[] = [];
for (let round = 1; round <= options.rounds; round++) {
  process.stderr.write(`round ${round} of ${options.rounds}\n`);
  for (const [about, destination] of inOrder(nodes, round)) {
    samples.push({ ...about, round, figures: await measure(destination, options.seconds) });
  }
}
process.stdout.write(JSON.stringify(samples));

/**
 * All nodes stand from the beginning to the end, so that every round has every case, those of a mode in a
 * row.
 */
async function createNodes(modes: readonly Mode[]): Promise<readonly NodeCases[]> {
  const clusters = await Promise.all(options.services.map(createCluster));
  const bare = stack.use(await createForwarder());
  const nodes = clusters.slice(0, 1).map(({ measured }) => bareCases(bare.namespace, measured));
  for (const mode of modes) {
    for (const { services, folder, measured } of clusters) {
      process.stderr.write(`programming ${services} Services, ${mode}\n`);
      const { namespace } = stack.use(await createNode(mode, folder, measured));
      nodes.push(casesOf(namespace, mode, services, measured));
    }
  }
  return nodes;
}

async function createCluster(services: number) {
  const folder = await mkdtemp('/run/objects-');
  return { services, folder, measured: await writeCluster(folder, services) };
}

/** Kernels are built without the tables of iptables-legacy more and more. */
function isAvailable(mode: Mode): boolean {
  const reason =
    mode === 'nftables' ? undefined : iptablesUnavailable(mode === 'iptables-nft' ? 'nft' : 'legacy');
  if (reason !== undefined) process.stderr.write(`not measured: ${reason}\n`);
  return reason === undefined;
}

import { UserError } from '../src/program/exit-status.ts';
import { clusterBenchmark } from './cluster/cluster.ts';
import { cniBenchmark } from './cni/cni.ts';
import { conntrackBenchmark } from './conntrack/conntrack.ts';
import { dataplaneBenchmark } from './dataplane/dataplane.ts';
import { dnsBenchmark } from './dns/dns.ts';
import { explainBenchmark } from './explain/explain.ts';
import { iptablesBenchmark } from './iptables/iptables.ts';
import { labBenchmark } from './lab/lab.ts';
import { lookupsBenchmark } from './lookups/lookups.ts';
import { nftablesBenchmark } from './nftables/nftables.ts';
import { sustainedBenchmark } from './sustained/sustained.ts';

/** `npm run bench -- NAME`: each prints a Markdown table. */
const benchmarks: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  cluster: clusterBenchmark,
  cni: cniBenchmark,
  conntrack: conntrackBenchmark,
  dataplane: dataplaneBenchmark,
  dns: dnsBenchmark,
  explain: explainBenchmark,
  iptables: iptablesBenchmark,
  lab: labBenchmark,
  lookups: lookupsBenchmark,
  nftables: nftablesBenchmark,
  sustained: sustainedBenchmark,
};

const [name = '', ...args] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (benchmark === undefined) {
  process.stderr.write(`bench: name one of ${Object.keys(benchmarks).join(', ')}\n`);
  process.exitCode = 2;
} else {
  await benchmark(args).catch(report);
}

/** What the user can mend needs no stack. */
function report(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}

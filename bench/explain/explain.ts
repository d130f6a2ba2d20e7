import { parseArgs } from 'node:util';
import { clusterSize, formatSize } from '../nftables/options.ts';
import { quantilesOf } from '../nftables/quantiles.ts';
import { machine, readyOptions, withObjects } from '../nftables/setup.ts';
import type { ClusterSize } from '../objects.ts';
import { inOwnNetwork } from '../own-network.ts';
import { markdownTable } from '../table.ts';
import type { ExplainFigures, RulesBy } from './node.ts';

/**
 * `portolan explain` as a whole process, of one packet to one Service among many: from the rules in the kernel, and from
 * files. `1000x10 …` names the sizes; `--rules-by NAME,…` takes these only.
 */
export async function explainBenchmark(args: readonly string[]): Promise<void> {
  const options = readyOptions(() => explainBenchOptions(args));
  if (options === undefined) return;
  const before = machine();
  const rows: (readonly string[])[] = [];
  for (const size of options.sizes) {
    for (const rulesBy of options.rulesBy) {
      process.stderr.write(`${formatSize(size)}, ${names[rulesBy]} …\n`);
      rows.push(...(await withObjects(size, (folder) => measure(folder, size, rulesBy))));
    }
  }
  process.stdout.write(`${before}\n\n${markdownTable(header, rows)}`);
}

const names: Readonly<Record<RulesBy, string>> = {
  nftables: 'Portolan, nftables',
  'iptables-nft': 'Portolan, iptables-nft',
  'iptables-legacy': 'Portolan, iptables-legacy',
  'kube-proxy': 'as of kube-proxy, nftables',
};

const usualSizes: readonly ClusterSize[] = [
  { services: 1_000, endpoints: 10 },
  { services: 10_000, endpoints: 10 },
];

function explainBenchOptions(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { 'rules-by': { type: 'string', default: Object.keys(names).join(',') } },
    allowPositionals: true,
  });
  return {
    sizes: positionals.length === 0 ? usualSizes : positionals.map(clusterSize),
    rulesBy: values['rules-by'].split(',').map((name) => {
      if (isRulesBy(name)) return name;
      throw new Error(`--rules-by takes ${Object.keys(names).join(', ')}; got "${name}"`);
    }),
  };
}

function isRulesBy(name: string): name is RulesBy {
  return Object.hasOwn(names, name);
}

const header = [
  'services × endpoints',
  'rules',
  'read from',
  'whole process, median',
  'least, most',
  'CPU',
  'memory',
];

async function measure(folder: string, size: ClusterSize, rulesBy: RulesBy): Promise<readonly string[][]> {
  const args = [folder, String(size.services), String(size.endpoints), rulesBy];
  const figures = await inOwnNetwork<readonly ExplainFigures[]>('explain/node.ts', args);
  return figures.map(({ from, seconds, cpu, peakMemory }) => [
    formatSize(size),
    names[rulesBy],
    from,
    againstGoal(quantilesOf(seconds).p50, from === 'the kernel' ? 2 : 1),
    `${Math.min(...seconds).toFixed(2)}, ${Math.max(...seconds).toFixed(2)} s`,
    `${quantilesOf(cpu).p50.toFixed(2)} s`,
    `${peakMemory.toFixed(0)} MB`,
  ]);
}

function againstGoal(seconds: number, goal: number): string {
  return `${seconds.toFixed(2)} s (≤ ${goal.toFixed(2)}: ${seconds <= goal ? 'met' : 'missed'})`;
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UserError } from '../../src/program/exit-status.ts';
import { withGoal } from '../goal.ts';
import { type Quantiles, quantilesOf } from '../nftables/quantiles.ts';
import { machine } from '../nftables/setup.ts';
import { inOwnNetwork } from '../own-network.ts';
import { markdownTable } from '../table.ts';
import type { BenchPlugin, PluginFigures } from './calls.ts';

/**
 * ADD and DEL of one container after the other, by this plugin and the reference plugin bridge in turn. `--rounds N`; `--reference
 * FILE` is a plugin bridge with host-local beside it.
 */
export async function cniBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '40' },
      reference: { type: 'string', default: '/usr/lib/cni/bridge' },
    },
  });
  if (!existsSync(values.reference))
    throw new UserError(`${values.reference} is not there: apt-get install containernetworking-plugins`);
  const before = machine();
  const plugins = [
    plugin(
      'portolan',
      fileURLToPath(new URL('../../bin/portolan-cni', import.meta.url)),
      'cni0',
      '10.244.0.0/24',
    ),
    plugin('bridge', values.reference, 'cni1', '10.245.0.0/24'),
  ];
  const figures = await inOwnNetwork<Readonly<Record<string, PluginFigures>>>('./cni/calls.ts', [
    JSON.stringify(plugins),
    values.rounds,
  ]);
  const [portolan, bridge] = ['portolan', 'bridge'].map((name) => summary(figures[name]));
  if (portolan === undefined || bridge === undefined) throw new Error('nothing was measured');
  const ratio = withGoal(portolan.add.p50 / bridge.add.p50, 1.5, '', 2);
  const rows = [
    rowOf('Portolan', portolan),
    rowOf('reference bridge', bridge),
    ['ratio of ADD p50', ratio, '', '', ''],
  ];
  process.stdout.write(`${before}\n\n${markdownTable(header, rows)}`);
}

/** The same network for both, in the fields that both have. */
function plugin(name: string, file: string, bridge: string, subnet: string): BenchPlugin {
  const settings = { bridge, isDefaultGateway: true, hairpinMode: true };
  const ipam = { type: 'host-local', dataDir: '/run/networks', subnet };
  return {
    name,
    file,
    configuration: { cniVersion: '1.0.0', name: `net-${name}`, type: name, ...settings, ipam },
  };
}

interface Summary {
  readonly add: Quantiles;
  readonly del: Quantiles;
  readonly cpu: number;
}

function summary(figures: PluginFigures | undefined): Summary | undefined {
  if (figures === undefined) return undefined;
  const { add, del, cpu } = figures;
  const mean = cpu.reduce((sum, value) => sum + value, 0) / cpu.length;
  return { add: quantilesOf(add), del: quantilesOf(del), cpu: mean };
}

function rowOf(name: string, { add, del, cpu }: Summary): readonly string[] {
  return [name, ...[add.p50, add.p99, cpu, del.p50].map((value) => `${value.toFixed(1)} ms`)];
}

const header = ['plugin', 'ADD p50', 'ADD p99', 'processor time of ADD', 'DEL p50'];

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { cpuSeconds } from '../process-usage.ts';

/** Of each plugin, before the first call that counts: the bridge is made, and files come into memory. */
const warmUps = 3;

// Runs in a network namespace of its own, `PLUGINS ROUNDS`: ADD and DEL of a container by each plugin in turn.
const [list = '[]', rounds = '1'] = process.argv.slice(2);
const plugins: readonly BenchPlugin[] = JSON.parse(list);
mkdirSync('/run/netns', { recursive: true });
const figures = new Map(plugins.map(({ name }) => [name, { add: [], del: [], cpu: [] } as PluginFigures]));
for (let round = -warmUps; round < Number(rounds); round += 1)
  for (const plugin of plugins) measure(plugin, round);
process.stdout.write(JSON.stringify(Object.fromEntries(figures)));

/** What is called, with a configuration of its own. */
export interface BenchPlugin {
  readonly name: string;
  readonly file: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** Milliseconds, of each round. */
export interface PluginFigures {
  readonly add: number[];
  readonly del: number[];
  /** Of all processors together, in ADD; a tick of 10 ms at a time, which the mean makes good. */
  readonly cpu: number[];
}

function measure(plugin: BenchPlugin, round: number): void {
  const container = `pod-${plugin.name}-${round + warmUps}`;
  ip('netns', 'add', container);
  const add = call(plugin, 'ADD', container);
  const del = call(plugin, 'DEL', container);
  ip('netns', 'del', container);
  const figure = figures.get(plugin.name);
  if (round < 0 || figure === undefined) return;
  figure.add.push(add.wall);
  figure.del.push(del.wall);
  figure.cpu.push(add.cpu);
}

function call({ file, configuration }: BenchPlugin, operation: string, container: string) {
  const before = cpuSeconds(process.pid);
  const begin = performance.now();
  const { status, stdout } = spawnSync(file, [], {
    input: JSON.stringify(configuration),
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      CNI_COMMAND: operation,
      CNI_CONTAINERID: container,
      CNI_NETNS: `/run/netns/${container}`,
      CNI_IFNAME: 'eth0',
      CNI_PATH: file.slice(0, file.lastIndexOf('/')),
    },
  });
  if (status !== 0) throw new Error(`${file}: ${operation} failed: ${stdout}`);
  return { wall: performance.now() - begin, cpu: (cpuSeconds(process.pid) - before) * 1_000 };
}

function ip(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
}

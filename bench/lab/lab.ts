import { loadavg } from 'node:os';
import { UserError } from '../../src/program/exit-status.ts';
import { endings } from '../../test/support/lab-command/endings.ts';
import { type LabMachine, startLabMachine } from '../../test/support/lab-command/lab-machine.ts';
import { withGoal } from '../goal.ts';
import { markdownTable } from '../table.ts';

/** `npm run bench -- lab`: how long a lab takes, what it takes, and what of 30 is left. */
export async function labBenchmark(args: readonly string[]): Promise<void> {
  const [count = 30] = args.map(Number);
  if (!Number.isInteger(count) || count < 1) throw new UserError('lab takes how many labs are to end: 30');
  await using machine = startLabMachine({ networks: 60 });
  const rows = [await measured(machine, 'iptables'), await measured(machine, 'nftables')];
  process.stdout.write(
    markdownTable(['mode', 'up', 'memory (PSS)', 'processor time', 'down', 'load before and after'], rows),
  );
  process.stdout.write(`\n${await endurance(machine, count)}\n`);
}

/** Three nodes, twelve pods, DNS: the second of two, since the first fills caches of the disk. */
async function measured(machine: LabMachine, mode: string): Promise<readonly string[]> {
  await require(machine, `portolan lab up --mode ${mode} && portolan lab down`);
  const load = loadavg()[0] ?? 0;
  const up = await timed(() => require(machine, `portolan lab up --mode ${mode}`));
  const usage = await require(machine, usageScript);
  const [memory = 0, ticks = 0] = usage.split(' ').map(Number);
  const down = await timed(() => require(machine, 'portolan lab down'));
  return [
    mode,
    withGoal(up, 10, 's', 1),
    withGoal(memory / 1_000, 400, 'MB', 0),
    `${(ticks / 100).toFixed(1)} s`,
    `${down.toFixed(1)} s`,
    `${load.toFixed(1)}, ${(loadavg()[0] ?? 0).toFixed(1)}`,
  ];
}

/** Of all processes that descend from the lab's first: kilobytes, and hundredths of a second with those of their children. */
const usageScript = `
  for process in $(pgrep -f 'main.js' ; pgrep -x sleep; pgrep -x unshare); do
    sed -n 's/^Pss: *//p' /proc/$process/smaps_rollup 2>/dev/null
  done | awk '{ sum += $1 } END { printf "%d ", sum }'
  for process in $(pgrep -f 'main.js'); do
    sed 's/.*) //' /proc/$process/stat
  done | awk '{ sum += $12 + $13 + $14 + $15 } END { print sum }'`;

async function endurance(machine: LabMachine, count: number): Promise<string> {
  const before = new Set(await machine.traces());
  for (let index = 0; index < count; index += 1) {
    const [, script = ''] = endings[index % endings.length] ?? [];
    await machine.sh(script, { UP: `portolan lab up --nodes 2 --pods ${1 + (index % 3)}` });
  }
  await machine.sh('portolan lab down --all');
  const left = (await machine.traces()).filter((trace) => !before.has(trace));
  await require(machine, 'portolan lab up && portolan lab down');
  return `${count} labs, ended in ${endings.length} ways; left of them: ${left.join(', ') || 'nothing'}`;
}

async function require(machine: LabMachine, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.sh(script);
  if (exitCode !== 0) throw new UserError(stderr);
  return stdout.trim();
}

/** Seconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

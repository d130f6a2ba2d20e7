import { execFileSync } from 'node:child_process';
import { json } from 'node:stream/consumers';
import type { Flow } from '../../../src/conntrack/flow.ts';
import { conntrackCommand } from '../../../src/kernel/conntrack/conntrack-command.ts';
import { conntrackNetlink } from '../../../src/kernel/conntrack/conntrack-netlink.ts';
import { bindConntrackSocket } from '../../../src/kernel/netlink/netlink-socket.ts';
import type { ConntrackReport, ConntrackTask } from './conntrack-task.ts';

/** Runs in a network namespace of its own: fills the table, has a pass over it, and says what became of it. */

const task = (await json(process.stdin)) as ConntrackTask;
const insert = (entry: readonly string[]) => execFileSync('conntrack', ['-I', ...entry], { stdio: 'pipe' });
// conntrack opens its standard input by name, which a pipe allows and the socket that Node makes does not.
execFileSync('sh', ['-c', 'cat | conntrack -R -'], { input: lines(task.entries), stdio: 'pipe' });
const table = task.way === 'command' ? conntrackCommand() : conntrackNetlink(await bindConntrackSocket());
const seen: Flow[] = [];
const report = await pass();
process.stdout.write(JSON.stringify(report));

async function pass(): Promise<ConntrackReport> {
  try {
    const deleted = await table.deleteFlows(task.family, task.protocols, (flow) => {
      seen.push(flow);
      replace();
      return task.staleEndpoints.includes(flow.replySource.address);
    });
    return { deleted, seen, left: list() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Other entries with the same addresses take the place of those that were just seen. */
function replace(): void {
  if (task.replacedBy.length === 0) return;
  execFileSync('conntrack', ['-F'], { stdio: 'pipe' });
  for (const entry of task.replacedBy) insert(entry);
}

function list(): readonly string[] {
  const listed = ['ipv4', 'ipv6'].map((family) =>
    execFileSync('conntrack', ['-L', '-f', family], { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 28 }),
  );
  return listed.join('').trim().split('\n');
}

function lines(entries: readonly (readonly string[])[]): string {
  return entries.map((entry) => `-I ${entry.join(' ')}\n`).join('');
}

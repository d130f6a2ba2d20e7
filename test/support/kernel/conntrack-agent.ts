import { execFileSync } from 'node:child_process';
import type { Flow } from '../../../src/conntrack/flow.ts';
import { conntrackCommand } from '../../../src/kernel/conntrack/conntrack-command.ts';
import { conntrackNetlink } from '../../../src/kernel/conntrack/conntrack-netlink.ts';
import { bindNetlinkSocket } from '../../../src/kernel/netlink/netlink-socket.ts';
import { serve } from '../agents/serve.ts';
import type { ConntrackReport, ConntrackTask } from './conntrack-task.ts';

/** Runs in a network namespace of its own: fills the table, has a pass over it, says what became of it, and clears it. */

serve(async (task: ConntrackTask): Promise<ConntrackReport> => {
  // conntrack opens its standard input by name, which a pipe allows and the socket that Node makes does not.
  execFileSync('sh', ['-c', 'cat | conntrack -R -'], { input: lines(task.entries), stdio: 'pipe' });
  const table =
    task.method === 'command' ? conntrackCommand() : conntrackNetlink(await bindNetlinkSocket('netfilter'));
  const seen: Flow[] = [];
  const deleted = await table.deleteFlows(task.family, task.protocols, (flow) => {
    seen.push(flow);
    replaceBy(task.replacedBy);
    return task.staleEndpoints.includes(flow.replySource.address);
  });
  const left = list();
  conntrack('-F');
  return { deleted, seen, left };
});

/** Other entries with the same addresses take the place of those that were just seen. */
function replaceBy(entries: ConntrackTask['replacedBy']): void {
  if (entries.length === 0) return;
  conntrack('-F');
  for (const entry of entries) conntrack('-I', ...entry);
}

function list(): readonly string[] {
  const listed = ['ipv4', 'ipv6'].map((family) => conntrack('-L', '-f', family));
  return listed.join('').trim().split('\n');
}

function conntrack(...args: readonly string[]): string {
  return execFileSync('conntrack', args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 28 });
}

function lines(entries: readonly (readonly string[])[]): string {
  return entries.map((entry) => `-I ${entry.join(' ')}\n`).join('');
}

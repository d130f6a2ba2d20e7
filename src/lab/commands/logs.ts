import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { UserError } from '../../program/exit-status.ts';
import { requireLab } from '../control/ask-lab.ts';

/** Prints a log to standard output. Throws a `UserError` where there is no such lab or node. */
export async function labLogs(name: string, node: string | undefined, follow: boolean): Promise<void> {
  const { logs } = requireLab(name);
  const file = `${logs}/${node ?? 'lab'}.log`;
  if (node?.includes('/') || !existsSync(file)) {
    const known = readdirSync(logs).map((each) => each.replace(/\.log$/, ''));
    throw new UserError(`there is no log of ${JSON.stringify(node)}; there are those of ${known.join(', ')}`);
  }
  const [command, args] = follow ? (['tail', ['-n', '+1', '-f', file]] as const) : (['cat', [file]] as const);
  await once(spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
}

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { UserError } from '../../program/exit-status.ts';
import { askLab, requireLab } from '../control/ask-lab.ts';
import { childOf } from '../folder/child-of.ts';
import { processOf } from '../folder/claim-folder.ts';
import { labPath } from './require-machine.ts';

/**
 * Runs a command in a pod, on a node or on a host outside, with this process's own streams, and resolves to its exit status as a
 * shell has it. Throws a `UserError` where there is no such lab, or no such thing in it.
 */
export async function enter(lab: string, target: string, command: readonly string[]): Promise<number> {
  const folder = requireLab(lab);
  const found = await askLab(lab, { ask: 'find', target });
  const identity = processOf(folder);
  const first = identity === undefined ? undefined : childOf(identity.pid);
  if (found.kind !== 'found' || first === undefined) throw new UserError(`lab ${lab} has ended`);
  return await run([...intoLab(first), ...intoSandbox(found.pid), ...command]);
}

/** The namespaces of the lab. In a user namespace this user is root already, and may not change groups (user_namespaces(7)). */
function intoLab(pid: number): readonly string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', `--target=${pid}`, ...user, '--mount', '--pid'];
}

/** In the lab's PID namespace, whose /proc is seen by now, the process has another number. */
function intoSandbox(pid: number): readonly string[] {
  return ['nsenter', `--target=${pid}`, '--mount', '--uts', '--net', '--pid'];
}

async function run([command = '', ...args]: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH: labPath() } });
  // The terminal sends them to the command as well, which decides.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => undefined);
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) =>
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

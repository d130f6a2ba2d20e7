import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';
import { bash } from '../bash.ts';
import { type Finished, type Program, startProgram } from './program.ts';

/** Network and mount namespaces of their own, with a /run of their own, which end with what runs in them. */

const portolan = fileURLToPath(new URL('../../../bin/portolan', import.meta.url));
const prepare = 'mount -t tmpfs none /run && ip link set lo up';

/**
 * Runs a shell script in a new sandbox; `portolan` in it is the real command, and $PORTOLAN its path. For what needs a
 * process of its own: a daemon, fewer capabilities, other mounts. Other tests use `openSandbox`, which takes less time.
 */
export async function inSandbox(script: string, options: Options = {}): Promise<Finished> {
  const prepared = `${prepare} && portolan() { "$PORTOLAN" "$@"; }\n${script}`;
  const words = ['--net', '--mount', ...bash, prepared];
  const { exitCode, stdout, stderr } = await execa('unshare', words, {
    ...options,
    env: { ...options.env, PORTOLAN: portolan },
    reject: false,
  });
  return { exitCode, stdout: String(stdout), stderr: String(stderr) };
}

/** A sandbox in which the command is called without a process for each call. */
export function openSandbox(): Program {
  return startProgram(['unshare', '--net', '--mount', 'sh', '-c', `${prepare} && exec "$0" "$@"`]);
}

import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';

/** The real command, run in network and mount namespaces of its own, with a /run of its own. */

const portolan = fileURLToPath(new URL('../../../bin/portolan', import.meta.url));

export interface Finished {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a shell script in a new network namespace; `portolan` in it is the command, and $PORTOLAN its path. The namespace, and all
 * that the script leaves in it, ends with the script.
 */
export async function inSandbox(script: string, options: Options = {}): Promise<Finished> {
  const prepared = `mount -t tmpfs none /run && ip link set lo up && portolan() { "$PORTOLAN" "$@"; }\n${script}`;
  const { exitCode, stdout, stderr } = await execa('unshare', ['--net', '--mount', 'bash', '-c', prepared], {
    ...options,
    env: { ...options.env, PORTOLAN: portolan },
    reject: false,
  });
  return { exitCode, stdout: String(stdout), stderr: String(stderr) };
}

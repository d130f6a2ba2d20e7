import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/**
 * Runs a script of this folder in network and mount namespaces of its own, which end with it, and returns the
 * JSON that it prints. The private /run keeps the xtables lock of the machine out of it.
 */
export async function inOwnNetwork<T>(script: string, args: readonly string[]): Promise<T> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const commands = 'mount -t tmpfs none /run && ip link set lo up && exec "$@"';
  const { stdout } = await execa(
    'unshare',
    ['--net', '--mount', 'sh', '-c', commands, 'sh', process.execPath, path, ...args],
    { stderr: 'inherit' },
  );
  return JSON.parse(stdout) as T;
}

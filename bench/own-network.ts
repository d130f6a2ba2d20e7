import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/**
 * Runs a script in network and mount namespaces of its own, which end with it, and returns the JSON that it prints. Its path is
 * from this folder, or absolute. The private /run keeps the xtables lock of the machine out of it. `nodeOptions` are Node's own.
 */
export async function inOwnNetwork<T>(
  script: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<T> {
  return JSON.parse(await outputInOwnNetwork(script, args, nodeOptions)) as T;
}

/** The same for any script that Node runs; returns what it prints. */
export async function outputInOwnNetwork(
  script: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const commands = 'mount -t tmpfs none /run && ip link set lo up && exec "$@"';
  const { stdout } = await execa(
    'unshare',
    ['--net', '--mount', 'sh', '-c', commands, 'sh', process.execPath, ...nodeOptions, path, ...args],
    { stderr: 'inherit' },
  );
  return stdout;
}

import { createInterface } from 'node:readline';
import { execa } from 'execa';

/** What runs while something else is measured. */
export interface BackgroundCommand {
  readonly namespace: string;
  readonly command: readonly [string, ...string[]];
  /** Part of the line on standard error that says that it is ready. */
  readonly ready: string;
}

/**
 * Starts a command in a network namespace and waits until it is ready. Disposing of it ends it by SIGTERM.
 */
export async function startBackground(background: BackgroundCommand): Promise<AsyncDisposable> {
  const { namespace, command, ready } = background;
  const subprocess = execa('ip', ['netns', 'exec', namespace, ...command], {
    stdin: 'ignore',
    stdout: 'ignore',
    reject: false,
  });
  const isReady = await new Promise<boolean>((resolve) => {
    createInterface({ input: subprocess.stderr })
      .on('line', (line) => line.includes(ready) && resolve(true))
      .on('close', () => resolve(false));
  });
  if (!isReady) throw new Error(`${command.join(' ')}: ${(await subprocess).stderr}`);
  return {
    async [Symbol.asyncDispose]() {
      subprocess.kill('SIGTERM');
      await subprocess;
    },
  };
}

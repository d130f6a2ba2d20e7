import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { programmed, type ReadLog, readLog } from '../cli/read-log.ts';
import { inNamespace } from '../lab/namespaces.ts';
import { patience } from '../patience.ts';

export type Mode = 'iptables' | 'nftables';

export interface Command {
  readonly namespace: string;
  readonly arguments: readonly string[];
  readonly runtimeFolder: string;
}

/** The command as it runs. Disposing of it kills it. */
export interface RunningProxy extends ReadLog, AsyncDisposable {
  /** Ends it by the signal; resolves when it is gone. Rejects where the signal has no effect. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts the command. Resolves when both families have been synced. */
export async function startProxy({ namespace, runtimeFolder, ...command }: Command): Promise<RunningProxy> {
  const [program, ...words] = [
    ...inNamespace(namespace),
    ...[portolan, 'run', '-v', '2', ...command.arguments],
  ] as const;
  const child = spawn(program, words, {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, RUNTIME_DIRECTORY: runtimeFolder },
  });
  const closed = once(child, 'close');
  const log = readLog(child);
  const stop = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    const [, by] = await closed;
    clearTimeout(timer);
    if (signal === 'SIGTERM' && by === 'SIGKILL') throw new Error('SIGTERM did not end the command');
  };
  const proxy = { ...log, stop, [Symbol.asyncDispose]: () => stop('SIGKILL') };
  try {
    await programmed(log);
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
  return proxy;
}

const portolan = fileURLToPath(new URL('../../../bin/portolan', import.meta.url));

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { inNamespace } from '../lab/namespaces.ts';

export interface DaemonOptions {
  /** The network namespace to run in; `undefined` for that of this process. */
  readonly namespace: string | undefined;
  /** The file that gets all that it prints. */
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that runs until it is told to end. */
export interface Daemon {
  readonly pid: number;
  /** Resolves when it is gone, and not before. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Stops it for a while, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Throws with the end of its log where it has ended by itself. */
  assertRunning(): Promise<void>;
}

/** Starts a program. The kernel kills it where this process dies without having ended it. */
export async function startDaemon(
  command: string,
  args: readonly string[],
  { namespace, log, env }: DaemonOptions,
): Promise<Daemon> {
  const file = await open(log, 'a');
  const entered = namespace === undefined ? [] : inNamespace(namespace);
  const [program = '', ...all] = [...entered, ...diesWithParent, command, ...args];
  const child = spawn(program, all, { stdio: ['ignore', file.fd, file.fd], ...(env && { env }) });
  const gone = once(child, 'exit');
  await once(child, 'spawn');
  await file.close();
  return {
    pid: child.pid ?? 0,
    async end(signal) {
      child.kill(signal);
      await gone;
    },
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async assertRunning() {
      if (child.exitCode === null && child.signalCode === null) return;
      const text = await readFile(log, 'utf8');
      throw new Error(`${command} has ended (${child.exitCode ?? child.signalCode}):\n${text.slice(-3_000)}`);
    },
  };
}

/** The words of a command that ends with the process that starts it; neither word forks. */
export const diesWithParent = ['setpriv', '--pdeathsig', 'KILL'] as const;

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execInNamespace } from '../lab/host.ts';

export type Mode = 'iptables' | 'nftables';

export interface Command {
  readonly namespace: string;
  readonly arguments: readonly string[];
  readonly runtimeFolder: string;
}

/** The command as it runs. Disposing of it kills it. */
export interface RunningProxy extends AsyncDisposable {
  /** Resolves when a line that it has logged, or logs, is of that kind. Rejects where it ends before. */
  logged(isIt: (line: LogLine) => boolean): Promise<LogLine>;
  /** The same, of lines that it will log from now on. */
  nextLogged(isIt: (line: LogLine) => boolean): Promise<LogLine>;
  /** Ends it by the signal; resolves when it is gone. Rejects where the signal has no effect. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface LogLine {
  readonly msg: string;
  readonly family?: string;
  readonly scope?: string;
  readonly families?: readonly string[];
}

/** Starts the command. Resolves when both families have been synced. */
export async function startProxy({ namespace, runtimeFolder, ...command }: Command): Promise<RunningProxy> {
  const child = spawn('ip', ['netns', 'exec', namespace, portolan, 'run', '-v', '2', ...command.arguments], {
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
    for (const family of ['IPv4', 'IPv6']) {
      await log.logged((line) => line.msg === 'synced' && line.family === family);
    }
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
  return proxy;
}

/** Runs the command with `--once`; rejects with what it printed where it fails. */
export async function runOnce(
  { namespace, runtimeFolder, ...command }: Command,
  more: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  await execInNamespace(namespace, portolan, ['run', '--once', ...command.arguments, ...more], {
    env: { ...env, RUNTIME_DIRECTORY: runtimeFolder },
  });
}

const portolan = fileURLToPath(new URL('../../../bin/portolan', import.meta.url));

function readLog(child: ChildProcess): Pick<RunningProxy, 'logged' | 'nextLogged'> {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = () => {
    for (const look of waiting) look();
  };
  if (child.stderr === null) throw new Error('the log goes elsewhere');
  const reader = createInterface({ input: child.stderr });
  reader.on('line', (text) => {
    lines.push(JSON.parse(text));
    wake();
  });
  child.once('close', () => {
    ended = true;
    wake();
  });
  const messages = () => lines.map(({ msg }) => msg).join('\n');
  const find = (isIt: (line: LogLine) => boolean, from: number) => {
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
    const look = () => {
      const line = lines.slice(from).find(isIt);
      if (line !== undefined) resolve(line);
      else if (ended) reject(new Error(`the command has ended:\n${messages()}`));
      else return;
      waiting.delete(look);
    };
    waiting.add(look);
    look();
    const timer = setTimeout(() => reject(new Error(`it was never logged:\n${messages()}`)), patience);
    return promise.finally(() => clearTimeout(timer));
  };
  return { logged: (isIt) => find(isIt, 0), nextLogged: (isIt) => find(isIt, lines.length) };
}

/** Milliseconds that a busy machine may take, for whatever the command does. */
const patience = 20_000;

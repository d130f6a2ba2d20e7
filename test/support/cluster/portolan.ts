import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { diesWithParent, inNamespace } from './daemon.ts';

export interface PortolanOptions {
  readonly namespace: string;
  readonly kubeconfig: string;
  readonly nodeName: string;
  /** For what it keeps while it runs. */
  readonly folder: string;
}

/** A line of the log. */
export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** `portolan run` at an API server. Disposing of it kills it. */
export interface Portolan extends AsyncDisposable {
  /** Resolves to the first line, of those that it has logged or will log, that is so. Rejects where it ends before. */
  logged(isIt: (line: LogLine) => boolean): Promise<LogLine>;
  /** The same, of what it logs from now on. */
  nextLogged(isIt: (line: LogLine) => boolean): Promise<LogLine>;
  /** Resolves when the first sync of both families is done. */
  programmed(): Promise<void>;
  /** Asks it to end, and resolves to its exit status. */
  terminate(): Promise<number | null>;
}

/** Starts the command, in mode nftables where the flags do not say otherwise. Waits for nothing. */
export function startPortolan(options: PortolanOptions, flags: readonly string[]): Portolan {
  const { namespace, kubeconfig, nodeName, folder } = options;
  const mode = flags.includes('--proxy-mode') ? [] : ['--proxy-mode', 'nftables'];
  const [program, ...args] = inNamespace(namespace, [
    ...diesWithParent,
    ...[portolan, 'run', '--kubeconfig', kubeconfig, '--hostname-override', nodeName, ...mode],
    ...['--logging-format', 'json', '-v', '4', ...flags],
  ]);
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, RUNTIME_DIRECTORY: folder },
  });
  const closed = once(child, 'close');
  const log = readLog(child);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await closed;
    return child.exitCode;
  };
  return {
    ...log,
    async programmed() {
      for (const family of ['IPv4', 'IPv6'])
        await log.logged((line) => line.msg === 'synced' && line.family === family);
    },
    terminate: () => end('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}

const portolan = fileURLToPath(new URL('../../../bin/portolan', import.meta.url));

function readLog(child: ChildProcess): Pick<Portolan, 'logged' | 'nextLogged'> {
  if (child.stderr === null) throw new Error('the log goes elsewhere');
  const lines: LogLine[] = [];
  const looking = new Set<() => void>();
  let ended = false;
  const wake = () => {
    for (const look of looking) look();
  };
  createInterface({ input: child.stderr }).on('line', (text) => {
    lines.push(text.startsWith('{') ? JSON.parse(text) : { msg: text });
    wake();
  });
  child.once('close', () => {
    ended = true;
    wake();
  });
  const find = async (isIt: (line: LogLine) => boolean, from: number) => {
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
    const fail = (what: string) =>
      reject(new Error(`${what}:\n${lines.map((line) => JSON.stringify(line)).join('\n')}`));
    const look = () => {
      const line = lines.slice(from).find(isIt);
      if (line !== undefined) resolve(line);
      else if (ended) fail('portolan has ended');
    };
    const timer = setTimeout(() => fail('it was never logged'), patience);
    looking.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      looking.delete(look);
    }
  };
  return { logged: (isIt) => find(isIt, 0), nextLogged: (isIt) => find(isIt, lines.length) };
}

/** Milliseconds that a busy machine may take: pauses between attempts at an API server that is away included. */
const patience = 60_000;

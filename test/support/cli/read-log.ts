import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { patience } from '../patience.ts';

/** A line of the command's log in JSON; what it writes otherwise is `msg` alone. */
export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface ReadLog {
  /** Resolves to the first line, of those that it has logged or will log, that is so. Rejects where it ends before. */
  logged(isIt: (line: LogLine) => boolean): Promise<LogLine>;
  /** The same, of what it logs from now on. */
  nextLogged(isIt: (line: LogLine) => boolean): Promise<LogLine>;
}

/** Reads what a process of the command logs to its standard error. */
export function readLog(child: ChildProcess): ReadLog {
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
      else if (ended) fail('the command has ended');
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

/** Resolves when both families have been synced. */
export async function programmed({ logged }: ReadLog): Promise<void> {
  for (const family of ['IPv4', 'IPv6'])
    await logged((line) => line.msg === 'synced' && line.family === family);
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { scriptEnvironment } from '../agents/environment.ts';
import type { Host } from '../lab/host.ts';
import { inNamespace } from '../lab/namespaces.ts';

/** A script of this folder that runs in a host's namespace, and ends with its standard input. */
export interface Script extends AsyncDisposable {
  readonly output: Readable;
  /** Ends its standard input with a last text; resolves when it has ended. Rejects where it has failed. */
  end(last?: string): Promise<void>;
}

/** Starts it with one argument, in JSON. */
export function startScript({ namespace }: Host, name: string, argument: unknown): Script {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const [program, ...words] = [
    ...inNamespace(namespace),
    process.execPath,
    path,
    JSON.stringify(argument),
  ] as const;
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: scriptEnvironment(),
  });
  // Where it has failed, its status says so.
  child.stdin.on('error', () => undefined);
  const closed = once(child, 'close');
  return {
    output: child.stdout,
    async end(last = '') {
      child.stdin.end(last);
      const [status] = await closed;
      if (status !== 0) throw new Error(`${name} has failed in ${namespace}`);
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end('0');
      await closed;
    },
  };
}

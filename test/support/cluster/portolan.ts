import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { programmed, type ReadLog, readLog } from '../cli/read-log.ts';
import { inNamespace } from '../lab/namespaces.ts';
import { diesWithParent } from './daemon.ts';

export interface PortolanOptions {
  readonly namespace: string;
  readonly kubeconfig: string;
  readonly nodeName: string;
  /** For what it keeps while it runs. */
  readonly folder: string;
}

/** `portolan run` at an API server. Disposing of it kills it. */
export interface Portolan extends ReadLog, AsyncDisposable {
  /** Resolves when the first sync of both families is done. */
  programmed(): Promise<void>;
  /** Asks it to end, and resolves to its exit status. */
  terminate(): Promise<number | null>;
}

/** Starts the command, in mode nftables where the flags do not say otherwise. Waits for nothing. */
export function startPortolan(options: PortolanOptions, flags: readonly string[]): Portolan {
  const { namespace, kubeconfig, nodeName, folder } = options;
  const mode = flags.includes('--proxy-mode') ? [] : ['--proxy-mode', 'nftables'];
  const [program, ...args] = [
    ...inNamespace(namespace),
    ...diesWithParent,
    ...[portolan, 'run', '--kubeconfig', kubeconfig, '--hostname-override', nodeName, ...mode],
    ...['--logging-format', 'json', '-v', '4', ...flags],
  ] as const;
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
    programmed: () => programmed(log),
    terminate: () => end('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
    },
  };
}

const portolan = fileURLToPath(new URL('../../../bin/portolan', import.meta.url));

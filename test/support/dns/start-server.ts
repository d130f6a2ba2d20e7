import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadLog, readLog } from '../cli/read-log.ts';
import { freePort } from './free-port.ts';

/** A name server in a process; disposing of it ends it. */
export interface StartedServer extends AsyncDisposable {
  readonly port: number;
  readonly child: ChildProcess;
  readonly log: ReadLog;
}

const program = new URL('../../../src/cli/main.ts', import.meta.url).pathname;

/** Starts `portolan dns`, on a port of 127.0.0.1 where the arguments do not say, and waits until it listens. Throws where it ends before. */
export async function startDns(args: readonly string[]): Promise<StartedServer> {
  const listening = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, [program, 'dns', '--logging-format', 'json', ...listening, ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const log = readLog(child);
  const { address } = await log.logged(({ msg }) => msg === 'listening');
  return { port: Number(String(address).split(':').at(-1)), child, log, ...ending(child) };
}

/** Waits until it knows all objects. */
export async function startReadyDns(args: readonly string[]): Promise<StartedServer> {
  const server = await startDns(args);
  await server.log.logged(({ msg }) => msg.startsWith('ready'));
  return server;
}

/** Starts CoreDNS as kubeadm sets it up, without its cache. */
export async function startCoreDns(
  binary: string,
  kubeconfigPath: string,
  upstreamPort: number,
): Promise<Pick<StartedServer, 'port'> & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-coredns-'));
  const port = await freePort();
  await writeFile(join(folder, 'Corefile'), corefile(port, kubeconfigPath, upstreamPort));
  const child = spawn(binary, ['-conf', join(folder, 'Corefile')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text) => stderr.push(text));
  const { [Symbol.asyncDispose]: end } = ending(child);
  return {
    port,
    async [Symbol.asyncDispose]() {
      await end();
      await rm(folder, { recursive: true });
    },
  };
}

function corefile(port: number, kubeconfigPath: string, upstreamPort: number): string {
  return `.:${port} {
  bind 127.0.0.1
  bufsize 1232
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${kubeconfigPath} default
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 5
  }
  forward . 127.0.0.1:${upstreamPort}
}
`;
}

function ending(child: ChildProcess): AsyncDisposable {
  const exited = once(child, 'exit');
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

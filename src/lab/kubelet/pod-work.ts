import type { Pod } from '../api/kinds/kinds.ts';
import { startNodeProcess } from '../nodes/node-process.ts';
import { untilAnswered } from '../runtime/probe.ts';
import type { Sandbox } from '../runtime/sandbox.ts';
import { openServer, type ServerPort } from '../servers/open-server.ts';
import type { JoinedNetwork } from './join-network.ts';
import type { PodHost } from './pod-host.ts';
import type { PodProgram } from './pod-program.ts';
import { serverName } from './served-ports.ts';

/** What a pod does: servers that say who they are, or a program. */
export interface PodWork {
  open(ports: readonly ServerPort[]): void;
  close(): void | Promise<void>;
}

/** Resolves when it is ready, but for the servers, which are opened one by one. */
export async function startWork(
  pod: Pod,
  sandbox: Sandbox,
  network: JoinedNetwork,
  host: PodHost,
): Promise<PodWork> {
  const program = host.program(pod);
  return program === undefined
    ? podServers(pod, host, network)
    : await startProgram(program, sandbox, host, network);
}

/** Resolves when the program says that it is ready. */
async function startProgram(
  { args, healthPort, name }: PodProgram,
  sandbox: Sandbox,
  host: PodHost,
  { file, addresses }: JoinedNetwork,
): Promise<PodWork> {
  const running = startNodeProcess(
    {
      launcher: ['nsenter', `--target=${sandbox.pid}`, '--mount', '--uts', '--pid'],
      args,
      network: file,
      runtimeFolder: `${host.folder}/programs/${name}`,
      log: `${host.logs}/${name}.log`,
    },
    host.namespaces,
  );
  const [address] = addresses;
  const target = { network: file, port: healthPort, path: '/readyz' };
  try {
    if (address !== undefined)
      await untilAnswered({ ...target, address }, host, AbortSignal.timeout(patience));
  } catch (error) {
    await running.stop();
    throw new Error(`${name} does not become ready: lab logs ${name} may say why`, { cause: error });
  }
  return { open: () => undefined, close: running.stop };
}

/** Milliseconds that a program has to become ready. */
const patience = 30_000;

function podServers(pod: Pod, host: PodHost, { file, addresses }: JoinedNetwork): PodWork {
  const { name, namespace = 'default' } = pod.metadata;
  const open = new Map<string, Disposable>();
  const say = (port: ServerPort, error: unknown) =>
    host.log(
      `pod ${namespace}/${name}: no server at ${serverName(port)}: ${error instanceof Error ? error.message : error}`,
    );
  return {
    open(ports: readonly ServerPort[]) {
      for (const port of ports) {
        if (open.has(serverName(port))) continue;
        try {
          const server = host.namespaces.inNetwork(file, () =>
            openServer(port, {
              identity: { pod: name, namespace, node: host.name },
              addresses: [...addresses],
              opener: host.opener,
              onError: (error) => say(port, error),
            }),
          );
          open.set(serverName(port), server);
        } catch (error) {
          open.set(serverName(port), { [Symbol.dispose]: () => undefined });
          say(port, error);
        }
      }
    },
    close() {
      for (const server of open.values()) server[Symbol.dispose]();
      open.clear();
    },
  };
}

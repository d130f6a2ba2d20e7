import { execa } from 'execa';
import type { Address } from '../../../src/net/address.ts';
import { startAgent } from '../agents/start-agent.ts';
import { patience } from '../patience.ts';
import type { ConnectResult, Listener, Reply, Request, Transport } from './messages.ts';
import { inNamespace } from './namespaces.ts';

/** One namespace of a lab: a node, a client, an endpoint or the outside. */
export interface Host {
  readonly namespace: string;
  /** Sets kernel settings of the namespace. Keys are paths below /proc/sys, with `*` for "each". */
  set(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Answers every connection or datagram with who was reached and who was seen, until disposed of. */
  listen(listener: Listener): Promise<AsyncDisposable>;
  /** Opens a connection from a port that this host has not used yet, unless one is named. */
  connect(to: Destination): Promise<ConnectResult>;
  /** A source port that this host has not used yet. */
  nextPort(): number;
  /** Runs a command inside the namespace and returns its standard output; rejects where it fails. */
  exec(command: string, args: readonly string[], options?: ExecOptions): Promise<string>;
}

export interface ExecOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Destination {
  readonly protocol: Transport;
  readonly source: Address;
  readonly destination: Address;
  readonly port: number;
  readonly sourcePort?: number;
  /** After which nothing is waited for any more; where an answer must come, it is not given. */
  readonly timeoutMs?: number;
}

/** Starts the agent (agent.ts) of a namespace that is there already. It ends where the host is disposed of. */
export function startHost(namespace: string): Host & AsyncDisposable {
  const agent = startAgent<Request, Reply>({
    launcher: inNamespace(namespace),
    script: new URL('./agent.ts', import.meta.url),
  });
  let lastPort = firstEphemeralPort;
  const nextPort = () => {
    lastPort += 1;
    return lastPort;
  };
  return {
    namespace,
    nextPort,
    exec: (command, args, options) => execInNamespace(namespace, command, args, options),
    async set(settings) {
      const reply = await agent.ask({ op: 'sysctl', settings });
      if ('error' in reply) throw new Error(`cannot set ${Object.keys(settings).join(', ')}: ${reply.error}`);
    },
    async listen(listener) {
      const reply = await agent.ask({ op: 'listen', listener });
      if ('error' in reply) {
        const { protocol, address, port } = listener;
        throw new Error(`${namespace} cannot listen on ${protocol} ${address} port ${port}: ${reply.error}`);
      }
      return {
        async [Symbol.asyncDispose]() {
          await agent.ask({ op: 'close', listener });
        },
      };
    },
    async connect(to) {
      const connection = { sourcePort: to.sourcePort ?? nextPort(), timeoutMs: patience, ...to };
      const reply = await agent.ask({ op: 'connect', connection });
      if ('done' in reply) throw new Error(`${namespace}: the agent did not say how the connection went`);
      return reply;
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

/** Linux's own default, net.ipv4.ip_local_port_range: above node ports and whatever a test listens on. */
const firstEphemeralPort = 32768;

export async function execInNamespace(
  namespace: string,
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<string> {
  const [first, ...words] = [...inNamespace(namespace), command, ...args] as const;
  const { stdout } = await execa(first, words, options);
  return stdout;
}

import { execa } from 'execa';
import type { Address } from '../../../src/net/address.ts';
import type { AgentClient } from './agent-client.ts';
import type { ConnectResult, Listener, Transport } from './messages.ts';

/** One namespace of a lab: a node, a client, an endpoint or the outside. */
export interface Host {
  readonly namespace: string;
  /** Answers every connection or datagram with who was reached and who was seen, until disposed of. */
  listen(listener: Listener): Promise<AsyncDisposable>;
  /** Opens a connection from a port that this host has not used yet. */
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
  readonly timeoutMs: number;
}

export function createHost(namespace: string, agent: AgentClient): Host {
  let lastPort = firstEphemeralPort;
  const nextPort = () => {
    lastPort += 1;
    return lastPort;
  };
  return {
    namespace,
    nextPort,
    exec: (command, args, options) => execInNamespace(namespace, command, args, options),
    async listen(listener) {
      const reply = await agent.request({ op: 'listen', listener });
      if ('error' in reply) {
        const { protocol, address, port } = listener;
        throw new Error(`${namespace} cannot listen on ${protocol} ${address} port ${port}: ${reply.error}`);
      }
      return {
        async [Symbol.asyncDispose]() {
          await agent.request({ op: 'close', listener });
        },
      };
    },
    async connect(to) {
      const reply = await agent.request({ op: 'connect', connection: { ...to, sourcePort: nextPort() } });
      if ('done' in reply) throw new Error(`${namespace}: the agent did not say how the connection went`);
      return reply;
    },
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
  const { stdout } = await execa('ip', ['netns', 'exec', namespace, command, ...args], options);
  return stdout;
}

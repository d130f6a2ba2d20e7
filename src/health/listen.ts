import type { RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { SocketAddress } from '../config/proxy-config.ts';
import { http } from '../program/http.ts';

/** A listening server. */
export interface Listening {
  readonly port: number;
  /** Closes the port and all connections. */
  close(): Promise<void>;
}

export interface ListenOptions extends SocketAddress {
  readonly answer: RequestListener;
  /** With the address `::`: whether IPv4 is left to another socket. */
  readonly ipv6Only?: boolean;
}

/** Opens an HTTP server. Throws the system's error (`EADDRINUSE`, …) where the port cannot be bound. */
export async function listen({ address, port, answer, ipv6Only = false }: ListenOptions): Promise<Listening> {
  const server = http.createServer(answer);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Stays for good: an unhandled error would end the process, and a lost connection is no reason for that.
  server.on('error', reject).listen({ host: address, port, ipv6Only }, resolve);
  await promise;
  const at = server.address();
  return {
    port: typeof at === 'object' && at !== null ? at.port : port,
    close: () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Repeats `attempt`, with pauses in milliseconds, until it succeeds or the signal aborts. */
export async function untilListening(
  attempt: () => Promise<void>,
  pause: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await delay(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      return await attempt();
    } catch {
      // Reported once, at the first failure.
    }
  }
}

import { createServer, type RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { SocketAddress } from '../config/proxy-config.ts';

/** A server that listens. */
export interface Listening {
  /** Lets the port go, and ends every connection. */
  close(): Promise<void>;
}

export interface ListenOptions extends SocketAddress {
  readonly answer: RequestListener;
  /** Where the address is `::`, whether IPv4 clients are left to others. */
  readonly ipv6Only?: boolean;
}

/** Opens an HTTP server. Throws the system's error (`EADDRINUSE`, …) where the port cannot be bound. */
export async function listen({ address, port, answer, ipv6Only = false }: ListenOptions): Promise<Listening> {
  const server = createServer(answer);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // It stays: an error that nobody hears would end the process, and one connection less is no reason for that.
  server.on('error', reject).listen({ host: address, port, ipv6Only }, resolve);
  await promise;
  return {
    close: () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** Goes on with `attempt`, with pauses of so many milliseconds, until it succeeds or the signal aborts. */
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
      // Said once, at the first failure.
    }
  }
}

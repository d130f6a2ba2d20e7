import type { ProxyConfig, SocketAddress } from '../config/proxy-config.ts';
import { listen, untilListening } from '../health/listen.ts';
import { type Pages, serves } from '../health/page.ts';
import { formatEndpoint } from '../net/address.ts';
import { UserError } from '../program/exit-status.ts';
import type { ServiceKey } from '../state/records.ts';
import type { Logger } from '../telemetry/logs/logger.ts';

/** Hears of ports that cannot be bound. */
export interface ServeFailures {
  /** Called only where it ends the proxy (`bindAddressHardFail`). */
  cannotServe(what: 'health' | 'metrics', error: Error): void;
  cannotServeHealthCheck(service: ServiceKey, port: number, error: Error): void;
}

interface OpenServerOptions {
  readonly config: ProxyConfig;
  readonly logger: Logger;
  /** Ends the server. */
  readonly signal: AbortSignal;
  readonly failures?: ServeFailures;
}

/** kube-proxy tries to bind a port again after so long, in milliseconds. */
const bindPause = 5_000;

/**
 * Opens a server of pages, if it has an address. A port that cannot be bound is logged and tried again, or thrown as a
 * `UserError` where `bindAddressHardFail` is set.
 */
export async function openServer(
  what: 'health' | 'metrics',
  socket: SocketAddress | undefined,
  pages: Pages,
  { config, logger, signal, failures }: OpenServerOptions,
): Promise<void> {
  if (socket === undefined) return;
  const field = what === 'health' ? 'healthzBindAddress' : 'metricsBindAddress';
  const where = formatEndpoint(socket.address, socket.port);
  const open = async () => {
    const listening = await listen({ ...socket, answer: serves(pages) });
    const close = () => void listening.close();
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
  };
  try {
    await open();
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    const message = `${field}: cannot listen on ${where}: ${cause.message}`;
    if (config.bindAddressHardFail) {
      failures?.cannotServe(what, cause);
      throw new UserError(message);
    }
    logger.error(message);
    void untilListening(
      async () => {
        await open();
        logger.info(`${field}: listening on ${where} now`);
      },
      bindPause,
      signal,
    );
  }
}

import { createServer, type ServerResponse } from 'node:http';
import type { ProxyConfig, SocketAddress } from '../config/proxy-config.ts';
import type { HealthState } from '../health/health-state.ts';
import { formatEndpoint } from '../net/address.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { UserError } from './exit-status.ts';

/** A page: its status, type and text. */
export interface Page {
  readonly status: 200 | 503;
  readonly type: string;
  readonly text: string;
}

export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

/** Metrics in Prometheus' text format. */
export interface TextMetrics {
  text(): Promise<string>;
}

export function healthPages(health: HealthState): Pages {
  const page = (): Page => {
    const report = health.report();
    return { status: report.healthy ? 200 : 503, type: 'application/json', text: JSON.stringify(report) };
  };
  return { '/healthz': page, '/livez': page };
}

/** `others` are metrics in the same text format, which follow. */
export function metricsPages(metrics: Metrics, others: readonly TextMetrics[], mode: string): Pages {
  const text = async () => (await Promise.all([metrics, ...others].map((some) => some.text()))).join('\n');
  return {
    '/metrics': async () => ({ status: 200, type: metrics.contentType, text: await text() }),
    '/healthz': () => ({ status: 200, type: 'text/plain; charset=utf-8', text: 'ok' }),
    '/proxyMode': () => ({ status: 200, type: 'text/plain; charset=utf-8', text: mode }),
  };
}

/**
 * Starts the servers that the configuration asks for; they end with the signal. A port that cannot be bound is
 * reported, and thrown as a `UserError` only where `bindAddressHardFail` says so.
 */
export async function startServers(
  { healthzBindAddress, metricsBindAddress, bindAddressHardFail }: ProxyConfig,
  pages: { readonly health: Pages; readonly metrics: Pages },
  signal: AbortSignal,
  report: (message: string) => void,
): Promise<void> {
  const servers = [
    { field: 'healthzBindAddress', address: healthzBindAddress, served: pages.health },
    { field: 'metricsBindAddress', address: metricsBindAddress, served: pages.metrics },
  ];
  for (const { field, address, served } of servers) {
    if (address === undefined) continue;
    try {
      await serve(address, served, signal);
    } catch (error) {
      const where = formatEndpoint(address.address, address.port);
      const message = `${field}: cannot listen on ${where}: ${error instanceof Error ? error.message : error}`;
      if (bindAddressHardFail) throw new UserError(message);
      report(message);
    }
  }
}

async function serve({ address, port }: SocketAddress, pages: Pages, signal: AbortSignal): Promise<void> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://node').pathname;
    answer(response, Object.hasOwn(pages, path) ? pages[path] : undefined);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen({ host: address, port }, resolve);
  signal.addEventListener('abort', () => server.close().closeAllConnections(), { once: true });
  await promise;
}

async function answer(response: ServerResponse, page: Pages[string] | undefined): Promise<void> {
  if (page === undefined) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    return;
  }
  const { status, type, text } = await page();
  response.writeHead(status, { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' }).end(text);
}

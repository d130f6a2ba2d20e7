import { type Page, type Pages, textPage } from '../../health/page.ts';
import type { DnsMetrics } from '../metrics/dns-metrics.ts';

export type Readiness = 'objects are not known yet' | 'ready' | 'ending';

/** `/healthz` and `/livez` as long as the process runs, `/readyz` while it can answer, and `/metrics`. */
export function httpPages(metrics: DnsMetrics, readiness: () => Readiness): Pages {
  const well = () => textPage(200, 'ok\n');
  return {
    '/healthz': well,
    '/livez': well,
    '/readyz': () => readyPage(readiness()),
    '/metrics': async () => ({ status: 200, type: metrics.contentType, text: await metrics.text() }),
  };
}

function readyPage(readiness: Readiness): Page {
  return readiness === 'ready' ? textPage(200, 'ok\n') : textPage(503, `${readiness}\n`);
}

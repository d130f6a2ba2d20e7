import type { FlagValues } from '../config/flags/flags.ts';
import { formatConfig } from '../config/format-config.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { flagz } from '../health/flagz.ts';
import { jsonPage, type PageMaker, type Pages, textPage } from '../health/page.ts';
import { statusz } from '../health/statusz.ts';
import { zPage } from '../health/z-page.ts';
import { version } from '../program/version.ts';

export interface MetricsPagesOptions {
  readonly config: ProxyConfig;
  /** What was given, for `/flagz`. */
  readonly flags: FlagValues;
  /** Portolan's own options, for `/flagz`. */
  readonly ownFlags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly metricsPage: PageMaker;
}

/** What the metrics server answers: the paths of kube-proxy's. */
export function metricsPages(options: MetricsPagesOptions): Pages {
  const { config, flags, ownFlags, started, metricsPage } = options;
  const pages: Pages = {
    '/configz': () => jsonPage(200, JSON.stringify({ 'kubeproxy.config.k8s.io': formatConfig(config) })),
    '/flagz': (request) => zPage(flagz(flags, ownFlags), request),
    '/healthz': () => textPage(200, 'ok'),
    '/metrics': metricsPage,
    '/proxyMode': () => textPage(200, config.mode),
  };
  const paths = Object.keys(pages);
  const noProfiles = () => textPage(404, 'no profiles here: Portolan is no Go program\n');
  return {
    ...pages,
    '/statusz': (request) => zPage(statusz({ started, now: Date.now(), version: version(), paths }), request),
    '/debug/pprof': noProfiles,
    '/debug/pprof/': noProfiles,
  };
}

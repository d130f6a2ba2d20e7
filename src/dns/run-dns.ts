import { loadConfig } from '../config/load-config.ts';
import { formatEndpoint, parseAddress } from '../net/address.ts';
import { shownName } from '../net/dns/domain-name.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { version } from '../program/version.ts';
import { openSourceOf } from '../sources/open-source.ts';
import type { Source } from '../sources/source.ts';
import { reduceTo } from '../state/reduce-object.ts';
import { logApi } from '../telemetry/logs/log-api.ts';
import { createLogger, type Logger } from '../telemetry/logs/logger.ts';
import { ProblemLog } from '../telemetry/logs/problem-log.ts';
import { ClusterNames } from './cluster-names.ts';
import type { DnsOptions } from './dns-options.ts';
import { Ending } from './ending.ts';
import { chooseUpstreams, ownAddresses } from './forward/choose-upstreams.ts';
import { ForwardCache } from './forward/forward-cache.ts';
import { DnsMetrics } from './metrics/dns-metrics.ts';
import { dnsKinds, dnsResources } from './objects/dns-kinds.ts';
import type { DnsChange } from './objects/records.ts';
import { openServers } from './serve/open-servers.ts';

/** Answers questions for the names of a cluster, and forwards others, until SIGINT or SIGTERM. */
export async function runDns(options: DnsOptions): Promise<ExitStatus> {
  const { config } = await loadConfig(options.flags);
  const logger = await createLogger(config.logging);
  const { upstreams, warnings } = await chooseUpstreams(options.upstreams, listenAddresses(options));
  for (const warning of warnings) logger.warn(warning);

  const names = new ClusterNames({ ...options, ownAddresses: ownAddresses() });
  const cache = new ForwardCache(options.cacheSize, seconds);
  const metrics = new DnsMetrics({
    version: version(),
    domain: shownName(options.domain),
    cacheEntries: () => cache.size,
  });
  const { source } = await openSourceOf(wanted, options, config, {
    patient: true,
    events: logApi(logger, metrics.api, 'what is known stays'),
    requests: metrics.api,
  });

  const ending = new Ending(options.lameduck, logger);
  const servers = await openServers({
    ...{ names, cache, metrics, logger, upstreams },
    listen: listenAddresses(options),
    mayLackFamily: options.listen === undefined,
    http: options.http,
  });
  ending.onBegin(() => servers.ends());
  try {
    for (const at of servers.at) logger.info({ address: formatEndpoint(at.address, at.port) }, 'listening');
    await Promise.race([followObjects(source, names, logger, servers, ending.signal), ending.over]);
    await servers.drain();
  } finally {
    ending.abort();
    await servers.close();
  }
  return exitStatus.ok;
}

const wanted = { resources: dnsResources, reduce: reduceTo(dnsKinds) };

function listenAddresses({ listen }: DnsOptions) {
  return listen ?? everyAddress;
}

const everyAddress = ['0.0.0.0', '::'].flatMap((text) => {
  const address = parseAddress(text);
  return address === undefined ? [] : [{ address, port: 53 }];
});

/** Keeps the names as the objects say, until the signal aborts. */
async function followObjects(
  source: Source<DnsChange>,
  names: ClusterNames,
  logger: Logger,
  servers: { readonly ready: () => void },
  signal: AbortSignal,
): Promise<void> {
  const problems = new ProblemLog(logger);
  const take = (update: Parameters<Parameters<typeof source.load>[0]>[0]) => {
    names.apply(update.changes);
    problems.report(update.problems);
  };
  await source.load(take, signal);
  if (signal.aborted) return;
  servers.ready();
  logger.info('ready: all objects are known');
  await source.follow(take, signal);
}

function seconds(): number {
  return performance.now() / 1_000;
}

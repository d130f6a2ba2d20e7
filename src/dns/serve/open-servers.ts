import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { SocketAddress } from '../../config/proxy-config.ts';
import { type Listening, listen } from '../../health/listen.ts';
import { serves } from '../../health/page.ts';
import { formatEndpoint } from '../../net/address.ts';
import { shownName } from '../../net/dns/domain-name.ts';
import { UserError } from '../../program/exit-status.ts';
import type { Logger } from '../../telemetry/logs/logger.ts';
import type { ClusterNames } from '../cluster-names.ts';
import type { ForwardCache } from '../forward/forward-cache.ts';
import { Forwarder } from '../forward/forwarder.ts';
import { LoopProbes } from '../forward/loop-probes.ts';
import { askByTcp } from '../forward/tcp-exchange.ts';
import { askByUdp } from '../forward/udp-exchange.ts';
import { type Upstream, Upstreams } from '../forward/upstreams.ts';
import type { DnsMetrics } from '../metrics/dns-metrics.ts';
import { Responder } from '../respond/responder.ts';
import { UnderWay } from './answering.ts';
import { httpPages, type Readiness } from './http-pages.ts';
import { openQuerySockets, type QuerySockets } from './query-sockets.ts';

export interface OpenServersOptions {
  readonly names: ClusterNames;
  readonly cache: ForwardCache;
  readonly metrics: DnsMetrics;
  readonly logger: Logger;
  readonly upstreams: readonly Upstream[];
  readonly listen: readonly SocketAddress[];
  /** Whether an address whose family the machine does not have is passed over. */
  readonly mayLackFamily: boolean;
  readonly http: SocketAddress | undefined;
}

/** The open servers of a name server. */
export interface Servers {
  readonly at: readonly SocketAddress[];
  /** All objects are known: questions for the cluster's names are answered. */
  ready(): void;
  /** Whoever asks for readiness is told that the end has begun. */
  ends(): void;
  /** Answers what has come so far. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Octets that pass every network in one piece (DNS flag day 2020; RFC 9715). */
const ednsSize = 1_232;

/** Milliseconds that answers of other servers are waited for at the end. */
const longestDrain = 5_000;

/** Opens the sockets, and a server for health and metrics. Throws a `UserError` where one cannot be bound. */
export async function openServers(options: OpenServersOptions): Promise<Servers> {
  const { metrics, logger, http, upstreams, listen: addresses, mayLackFamily } = options;
  let readiness: Readiness = 'objects are not known yet';
  const underWay = new UnderWay();
  const probed = new Upstreams(upstreams, () => performance.now() / 1_000);
  const probes = loopProbes(probed, logger);
  const responder = responderOf(options, probed, probes, () => readiness !== 'objects are not known yet');
  const sockets: QuerySockets[] = [];
  let pages: Listening | undefined;
  const close = async () => {
    for (const socket of sockets) socket.close();
    await pages?.close();
  };
  try {
    for (const at of addresses)
      sockets.push(...(await openQuerySockets(at, responder, underWay, mayLackFamily)));
    if (http !== undefined) pages = await openPages(http, metrics, () => readiness, logger);
  } catch (error) {
    await close();
    throw error;
  }
  void probes.send(upstreams);
  return {
    at: sockets.map(({ at }) => at),
    ready: () => {
      if (readiness !== 'ending') readiness = 'ready';
    },
    ends: () => {
      if (readiness === 'ready') readiness = 'ending';
    },
    drain: () => drain(sockets, underWay),
    close,
  };
}

function responderOf(
  { names, cache, metrics, logger, upstreams: named }: OpenServersOptions,
  upstreams: Upstreams,
  probes: LoopProbes,
  isReady: () => boolean,
): Responder {
  const exchanges = { udp: askByUdp, tcp: askByTcp };
  const forwarder = new Forwarder({ upstreams, exchanges, cache, ednsSize, observer: metrics });
  return new Responder({
    ...{ names, isReady, ednsSize },
    forwarder: named.length === 0 ? undefined : forwarder,
    isOwnProbe: (query) => probes.isProbe(query),
    observer: {
      responded: (...response) => metrics.responded(...response),
      failed: ({ question: { name, type } }, error) => {
        metrics.failed();
        logger.error({ name: shownName(name), type, error: String(error) }, 'cannot answer');
      },
    },
  });
}

function loopProbes(upstreams: Upstreams, logger: Logger): LoopProbes {
  return new LoopProbes(askByUdp, (server) => {
    upstreams.remove(server);
    logger.error(
      { upstream: server.shown },
      'this upstream server leads back to this one, and is not asked any more; name another with --upstream',
    );
  });
}

/** Answers what has come so far. */
async function drain(sockets: readonly QuerySockets[], underWay: UnderWay): Promise<void> {
  for (const socket of sockets) socket.stop();
  // What waits in the sockets' buffers is read in the next turns.
  for (let turns = 0; turns < 3; turns += 1) await turn();
  await Promise.race([underWay.idle(), delay(longestDrain, undefined, { ref: false })]);
}

async function openPages(
  at: SocketAddress,
  metrics: DnsMetrics,
  readiness: () => Readiness,
  logger: Logger,
): Promise<Listening> {
  try {
    const listening = await listen({ ...at, answer: serves(httpPages(metrics, readiness)) });
    logger.info({ address: formatEndpoint(at.address, listening.port) }, 'serving health and metrics');
    return listening;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`--http ${formatEndpoint(at.address, at.port)}: ${reason}`);
  }
}

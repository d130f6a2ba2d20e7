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
  const { names, metrics, logger, http } = options;
  let readiness: Readiness = 'objects are not known yet';
  const upstreams = new Upstreams(options.upstreams, () => performance.now() / 1_000);
  const probes = loopProbes(upstreams, logger);
  const responder = new Responder({
    names,
    isReady: () => readiness !== 'objects are not known yet',
    forwarder: options.upstreams.length === 0 ? undefined : forwarder(upstreams, options),
    ednsSize,
    isOwnProbe: probes.isProbe,
    observer: {
      responded: (...response) => metrics.responded(...response),
      failed: ({ question }, error) => {
        metrics.failed();
        logger.error(
          { name: shownName(question.name), type: question.type, error: String(error) },
          'cannot answer',
        );
      },
    },
  });
  const underWay = new UnderWay();
  const sockets: QuerySockets[] = [];
  let pages: Listening | undefined;
  const close = async () => {
    for (const socket of sockets) socket.close();
    await pages?.close();
  };
  try {
    for (const at of options.listen) {
      const opened = await openQuerySockets(at, responder, underWay, options.mayLackFamily);
      if (opened !== undefined) sockets.push(opened);
    }
    if (http !== undefined) pages = await openPages(http, metrics, () => readiness, logger);
  } catch (error) {
    await close();
    throw error;
  }
  void probes.send(options.upstreams);
  return {
    at: sockets.map(({ at }) => at),
    ready: () => {
      if (readiness !== 'ending') readiness = 'ready';
    },
    ends: () => {
      if (readiness === 'ready') readiness = 'ending';
    },
    drain: async () => {
      for (const socket of sockets) socket.stop();
      // What waits in the sockets' buffers is read in the next turns.
      for (let turns = 0; turns < 3; turns += 1) await turn();
      const tooLong = new AbortController();
      await Promise.race([
        underWay.idle(),
        delay(longestDrain, undefined, { signal: tooLong.signal, ref: false }),
      ]);
      tooLong.abort();
    },
    close,
  };
}

function forwarder(upstreams: Upstreams, { cache, metrics: observer }: OpenServersOptions): Forwarder {
  return new Forwarder({ upstreams, exchanges: { udp: askByUdp, tcp: askByTcp }, cache, ednsSize, observer });
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

import { type Counter, type Histogram, Registry } from 'prom-client';
import { recordTypeName, responseCodeName } from '../../net/dns/numbers.ts';
import type { Query } from '../../net/dns/read-query.ts';
import { responseCodeOf } from '../../net/dns/read-response.ts';
import { ApiMetrics } from '../../telemetry/metrics/api-metrics.ts';
import { Instruments } from '../../telemetry/metrics/instruments.ts';
import { registerProcessMetrics } from '../../telemetry/metrics/process-metrics.ts';
import type { ForwardObserver } from '../forward/forwarder.ts';
import type { Upstream } from '../forward/upstreams.ts';
import type { Client } from '../respond/client.ts';
import type { Answerer } from '../respond/responder.ts';
import { Tally } from './tally.ts';

export interface DnsMetricsOptions {
  readonly version: string;
  /** `cluster.local.`; the zone of what the cluster answers, that of other queries is the root. */
  readonly domain: string;
  readonly cacheEntries: () => number;
}

/** CoreDNS's metrics with its labels, under the prefix portolan_. */
export class DnsMetrics implements ForwardObserver {
  readonly api: ApiMetrics;
  readonly #registry = new Registry();
  readonly #domain: string;
  readonly #queries: QueryMetrics;
  readonly #panics: Counter;
  readonly #upstreamDurations: Histogram<'to' | 'rcode'>;
  readonly #cache: Tally<'result'>;
  readonly #refused: Counter;

  constructor({ version, domain, cacheEntries }: DnsMetricsOptions) {
    const instruments = new Instruments(this.#registry);
    this.#domain = domain;
    registerProcessMetrics(this.#registry, instruments);
    this.api = new ApiMetrics(instruments);
    this.#queries = queryMetrics(instruments);
    this.#panics = instruments.counter('portolan_panics_total', 'Queries that met a fault of this program');
    this.#upstreamDurations = instruments.histogram(
      'portolan_forward_request_duration_seconds',
      'Time until an upstream server answered; rcode is empty where it did not',
      [0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048],
      ['to', 'rcode'],
    );
    this.#refused = instruments.counter(
      'portolan_forward_max_concurrent_rejects_total',
      'Questions that were not forwarded because too many were under way',
    );
    this.#cache = new Tally(
      instruments,
      'portolan_cache_requests_total',
      'Questions for other names, by whether the answer was remembered: hit or miss',
      ['result'],
    );
    instruments.collectedGauge(
      'portolan_cache_entries',
      'Answers of upstream servers that are remembered',
      (gauge) => gauge.set(cacheEntries()),
    );
    instruments
      .gauge('portolan_build_info', 'Always 1; the labels say what runs', ['version', 'node_version', 'mode'])
      .labels({ version, node_version: process.version, mode: 'dns' })
      .set(1);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  responded(
    { server, protocol: proto, family }: Client,
    query: Query | undefined,
    answerer: Answerer,
    request: Buffer,
    response: Buffer,
    started: number,
  ): void {
    const { requests, responses, durations, requestSizes, responseSizes } = this.#queries;
    const zone = answerer === 'kubernetes' ? this.#domain : '.';
    const type = query?.question.type ?? 0;
    const code = responseCodeOf(response);
    requests.add(`${server} ${zone} ${proto} ${type}`, () => ({
      ...{ server, zone, view: '', proto, family },
      type: recordTypeName(type) ?? 'other',
    }));
    responses.add(`${server} ${zone} ${code} ${answerer}`, () => ({
      ...{ server, zone, view: '', plugin: answerer },
      rcode: responseCodeName(code),
    }));
    durations.observe({ server, zone }, (performance.now() - started) / 1_000);
    requestSizes.observe({ server, zone, proto }, request.length);
    responseSizes.observe({ server, zone, proto }, response.length);
  }

  failed(): void {
    this.#panics.inc();
  }

  asked({ shown }: Upstream, seconds: number, code: number | undefined): void {
    const rcode = code === undefined ? '' : responseCodeName(code);
    this.#upstreamDurations.observe({ to: shown, rcode }, seconds);
  }

  cacheAsked(isHit: boolean): void {
    const result = isHit ? 'hit' : 'miss';
    this.#cache.add(result, () => ({ result }));
  }

  refused(): void {
    this.#refused.inc();
  }
}

interface QueryMetrics {
  readonly requests: Tally<'server' | 'zone' | 'view' | 'proto' | 'family' | 'type'>;
  readonly responses: Tally<'server' | 'zone' | 'view' | 'rcode' | 'plugin'>;
  readonly durations: Histogram<'server' | 'zone'>;
  readonly requestSizes: Histogram<'server' | 'zone' | 'proto'>;
  readonly responseSizes: Histogram<'server' | 'zone' | 'proto'>;
}

function queryMetrics(instruments: Instruments): QueryMetrics {
  const sizes = [0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16e3, 32e3, 48e3, 64e3];
  return {
    requests: new Tally(instruments, 'portolan_dns_requests_total', 'Queries', [
      'server',
      'zone',
      'view',
      'proto',
      'family',
      'type',
    ]),
    responses: new Tally(instruments, 'portolan_dns_responses_total', 'Responses', [
      'server',
      'zone',
      'view',
      'rcode',
      'plugin',
    ]),
    durations: instruments.histogram(
      'portolan_dns_request_duration_seconds',
      'Time until a query was answered',
      Array.from({ length: 16 }, (_, index) => 0.00025 * 2 ** index),
      ['server', 'zone'],
    ),
    requestSizes: instruments.histogram('portolan_dns_request_size_bytes', 'Octets of queries', sizes, [
      'server',
      'zone',
      'proto',
    ]),
    responseSizes: instruments.histogram('portolan_dns_response_size_bytes', 'Octets of responses', sizes, [
      'server',
      'zone',
      'proto',
    ]),
  };
}

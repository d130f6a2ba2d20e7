import type { Counter, Gauge, Histogram } from 'prom-client';
import type { FinishedRequest, RequestObserver } from '../../sources/cluster/transport.ts';
import type { Instruments } from './instruments.ts';

/** Observes the source of a cluster's objects. */
export interface ApiObserver extends RequestObserver {
  /** Whether objects of this kind are being followed, by a list or watch, or that has broken off. */
  following(kind: string, up: boolean): void;
}

/** client-go's metrics of requests, and the state of watches. */
export class ApiMetrics implements ApiObserver {
  readonly #requests: Counter<'code' | 'host' | 'method'>;
  readonly #durations: Histogram<'host' | 'verb'>;
  readonly #watches: Gauge<'kind'>;

  constructor(instruments: Instruments) {
    this.#requests = instruments.counter(
      'rest_client_requests_total',
      'Requests to the API server, by status code, method and host',
      ['code', 'host', 'method'],
    );
    this.#durations = instruments.histogram(
      'rest_client_request_duration_seconds',
      'Time until the API server answered a request',
      requestBuckets,
      ['host', 'verb'],
    );
    this.#watches = instruments.gauge(
      'portolan_api_watch_up',
      'Whether the objects of a kind are followed at the API server now',
      ['kind'],
    );
  }

  requestDone({ method, host, code, seconds }: FinishedRequest): void {
    this.#requests.labels({ code: code === undefined ? '<error>' : String(code), host, method }).inc();
    this.#durations.labels({ host, verb: method }).observe(seconds);
  }

  following(kind: string, up: boolean): void {
    this.#watches.labels(kind).set(up ? 1 : 0);
  }
}

/** Seconds; the buckets of Kubernetes components. */
const requestBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { http } from '../../program/http.ts';
import { type ApiAccess, type ApiConfig, loadKubeConfig } from './kube-config.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiTransport,
  parseRetryAfter,
  type RequestObserver,
} from './transport.ts';

/**
 * The API server over HTTP, with the credentials of a kubeconfig or of the pod. Those are read for each request, so that
 * rotated tokens and certificates count; after 401 the configuration itself is read again.
 */
export function httpTransport(access: ApiAccess, userAgent: string, observer: RequestObserver): ApiTransport {
  return new HttpTransport(access, userAgent, observer);
}

/** Milliseconds of silence after which TCP asks whether the other side is still there; ten seconds later it gives up. */
const keepAlive = 15_000;

class HttpTransport implements ApiTransport {
  readonly #access: ApiAccess;
  readonly #userAgent: string;
  readonly #observer: RequestObserver;
  // HTTPS_PROXY and NO_PROXY count where the kubeconfig names no proxy, as with client-go.
  readonly #agents = {
    http: new http.Agent({ keepAlive: true, keepAliveMsecs: keepAlive, proxyEnv: process.env }),
    https: new https.Agent({ keepAlive: true, keepAliveMsecs: keepAlive, proxyEnv: process.env }),
  };
  #config: ApiConfig | undefined;

  constructor(access: ApiAccess, userAgent: string, observer: RequestObserver) {
    this.#access = access;
    this.#userAgent = userAgent;
    this.#observer = observer;
  }

  async send(request: ApiRequest): Promise<ApiAnswer> {
    this.#config ??= await loadKubeConfig(this.#access);
    const url = urlOf(this.#config, request);
    const started = performance.now();
    const done = (code: number | undefined) =>
      this.#observer.requestDone({
        method: request.method,
        host: url.host,
        code,
        seconds: (performance.now() - started) / 1000,
      });
    try {
      const response = await exchange(url, await this.#options(this.#config, request), request);
      const status = response.statusCode ?? 0;
      done(status);
      if (status === 401) this.#config = undefined;
      return {
        status,
        retryAfter: parseRetryAfter(response.headers['retry-after']),
        body: response.setEncoding('utf8'),
      };
    } catch (error) {
      done(undefined);
      throw error;
    }
  }

  async #options({ kubeConfig, cluster }: ApiConfig, request: ApiRequest): Promise<RequestOptions> {
    const options: RequestOptions = { headers: {} };
    const secure = cluster.server.startsWith('https:');
    // client-node refuses plain HTTP unless it is told not to verify certificates, of which there are none.
    if (!secure) Object.assign(kubeConfig.getCurrentCluster() ?? {}, { skipTLSVerify: true });
    await kubeConfig.applyToHTTPSOptions(options);
    if (!cluster.proxyUrl) options.agent = secure ? this.#agents.https : this.#agents.http;
    return {
      ...options,
      method: request.method,
      signal: request.signal,
      headers: {
        ...trimmed(options.headers),
        Accept: 'application/json',
        'User-Agent': this.#userAgent,
        ...(request.body === undefined ? {} : { 'Content-Type': contentTypeOf(request) }),
      },
    };
  }
}

function urlOf({ cluster }: ApiConfig, { path, query }: ApiRequest): URL {
  const url = new URL(cluster.server.replace(/\/*$/, '') + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

function contentTypeOf({ method }: ApiRequest): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}

/** A token file may end with a line break, which no header may hold. */
function trimmed(headers: RequestOptions['headers']): OutgoingHttpHeaders {
  const entries = Object.entries(headers ?? {}) as [string, OutgoingHttpHeader][];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value]),
  );
}

function exchange(url: URL, options: RequestOptions, { body }: ApiRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === 'https:' ? https : http).request(url, options, resolve);
  request.on('error', reject);
  // The agent asks for keep-alive probes only where a connection comes back to it; a watch never does.
  request.on('socket', (socket) => socket.setKeepAlive(true, keepAlive));
  request.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

import type { ApiAnswer, ApiRequest } from '../../../src/sources/cluster/transport.ts';
import type { ApiServer } from './api-server.ts';
import type { MemoryTransportOptions } from './connections/memory-transport.ts';

export const paths = {
  services: '/api/v1/services',
  slices: '/apis/discovery.k8s.io/v1/endpointslices',
  nodes: '/api/v1/nodes',
  serviceCIDRs: '/apis/networking.k8s.io/v1/servicecidrs',
} as const;

export type Query = Readonly<Record<string, string>>;

/** One request without a network. */
export function send(
  server: ApiServer,
  request: Partial<ApiRequest> & { readonly path: string },
  options: MemoryTransportOptions = {},
): Promise<ApiAnswer> {
  const { signal } = new AbortController();
  return server.transport(options).send({ method: 'GET', query: {}, signal, ...request });
}

/** A whole answer, as text. */
export async function textOf({ body }: ApiAnswer): Promise<string> {
  let text = '';
  for await (const chunk of body) text += chunk;
  return text;
}

/** An answer that is one JSON object. */
export async function get(server: ApiServer, path: string, query: Query = {}) {
  const answer = await send(server, { path, query });
  return { status: answer.status, retryAfter: answer.retryAfter, body: JSON.parse(await textOf(answer)) };
}

/** A watch that a test looks at while it goes on. */
export class WatchReader {
  readonly #ending = new AbortController();
  #text = '';
  #end: 'open' | 'ended' | 'broken' = 'open';

  private constructor() {}

  static async open(server: ApiServer, path: string, query: Query = {}): Promise<WatchReader> {
    const reader = new WatchReader();
    const { signal } = reader.#ending;
    const answer = await send(server, { path, query: { watch: 'true', ...query }, signal });
    void reader.#read(answer);
    return reader;
  }

  /** What arrived so far, as it came. */
  get text(): string {
    return this.#text;
  }

  /** The whole lines so far. */
  get events(): { type: string; object: Record<string, unknown> }[] {
    return this.#text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  /** `ADDED default/web 12` for each event. */
  get summary(): string[] {
    return this.events.map(({ type, object }) => {
      const metadata = object.metadata as Record<string, string>;
      const key = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
      return [type, key, metadata.resourceVersion ?? object.code]
        .filter((part) => part !== undefined)
        .join(' ');
    });
  }

  get end(): 'open' | 'ended' | 'broken' {
    return this.#end;
  }

  leave(): void {
    this.#ending.abort();
  }

  async #read({ body }: ApiAnswer): Promise<void> {
    try {
      for await (const chunk of body) this.#text += chunk;
      this.#end = 'ended';
    } catch {
      this.#end = 'broken';
    }
  }
}

/** What was promised so far has happened: no timers, but all that follows from promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

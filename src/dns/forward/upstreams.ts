import type { SocketAddress } from '../../config/proxy-config.ts';
import { formatEndpoint } from '../../net/address.ts';

/** A server that questions are forwarded to. */
export interface Upstream extends SocketAddress {
  /** `192.0.2.1:53`. */
  readonly shown: string;
}

export function upstreamOf({ address, port }: SocketAddress): Upstream {
  return { address, port, shown: formatEndpoint(address, port) };
}

/** Seconds for which a server that did not answer is asked after the others. */
const restTime = 10;

/** The order in which servers are asked: as they were named, those last that did not answer just now. */
export class Upstreams {
  #servers: readonly Upstream[];
  readonly #restsUntil = new Map<Upstream, number>();
  readonly #now: () => number;

  /** `now`: seconds that never go back. */
  constructor(servers: readonly Upstream[], now: () => number) {
    this.#servers = servers;
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#servers.length === 0;
  }

  inOrder(): readonly Upstream[] {
    if (this.#restsUntil.size === 0) return this.#servers;
    const rests = (server: Upstream) => (this.#restsUntil.get(server) ?? 0) > this.#now();
    return [...this.#servers.filter((server) => !rests(server)), ...this.#servers.filter(rests)];
  }

  failed(server: Upstream): void {
    this.#restsUntil.set(server, this.#now() + restTime);
  }

  answered(server: Upstream): void {
    this.#restsUntil.delete(server);
  }

  /** It is not asked any more. */
  remove(server: Upstream): void {
    this.#servers = this.#servers.filter((other) => other !== server);
  }
}

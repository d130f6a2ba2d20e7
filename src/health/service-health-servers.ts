import type { RequestListener } from 'node:http';
import type { Address } from '../net/address.ts';
import type { ServiceKey } from '../state/records.ts';
import { type Listening, listen } from './listen.ts';
import type { ServiceHealth } from './service-health.ts';

export interface ServiceHealthServersOptions {
  /** The Services that should have a server. */
  readonly wanted: () => ReadonlyMap<ServiceKey, ServiceHealth>;
  readonly answer: (service: ServiceKey) => RequestListener;
  /** Reports a port that cannot be bound: once, until the reason changes or the port was bound in between. */
  readonly onListenError: (service: ServiceKey, port: number, error: Error) => void;
}

interface OpenServer {
  readonly port: number;
  /** Its addresses and port, as a text for comparison. */
  readonly where: string;
  readonly listening: readonly Listening[];
}

/**
 * The HTTP servers of one family's health check node ports. If two Services want the same port, one gets it, and the
 * other is tried again at each change.
 */
export class ServiceHealthServers {
  readonly #options: ServiceHealthServersOptions;
  readonly #open = new Map<ServiceKey, OpenServer>();
  /** The Services whose port cannot be bound, with the reason. */
  readonly #failed = new Map<ServiceKey, string>();
  #addresses: readonly Address[] = [];
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: ServiceHealthServersOptions) {
    this.#options = options;
  }

  /** Servers listen on these addresses from the next change on. */
  listenOn(addresses: readonly Address[]): void {
    this.#addresses = addresses;
  }

  /** Brings the servers of these Services up to date; resolves when this and all earlier calls are done. */
  changed(services: ReadonlySet<ServiceKey>): Promise<void> {
    if (services.size > 0 || this.#failed.size > 0)
      this.#turn = this.#turn.then(() => this.#update(services));
    return this.#turn;
  }

  /** Closes all servers, for good. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#turn = this.#turn.then(() => this.#update(new Set(this.#open.keys())));
    return this.#turn;
  }

  /** Closes servers before it opens others, since a port may pass from one Service to another. */
  async #update(services: ReadonlySet<ServiceKey>): Promise<void> {
    for (const service of services) await this.#closeUnwanted(service);
    for (const service of new Set([...services, ...this.#failed.keys()])) await this.#openWanted(service);
  }

  #wanted(service: ServiceKey): number | undefined {
    return this.#isClosed ? undefined : this.#options.wanted().get(service)?.port;
  }

  async #closeUnwanted(service: ServiceKey): Promise<void> {
    const open = this.#open.get(service);
    if (open === undefined) return;
    if (open.port === this.#wanted(service) && open.where === this.#addresses.join()) return;
    this.#open.delete(service);
    await closeAll(open.listening);
  }

  async #openWanted(service: ServiceKey): Promise<void> {
    const port = this.#wanted(service);
    if (port === undefined) this.#failed.delete(service);
    if (port === undefined || this.#open.has(service)) return;
    const addresses = this.#addresses;
    const listening: Listening[] = [];
    try {
      const answer = this.#options.answer(service);
      for (const address of addresses)
        listening.push(await listen({ address, port, answer, ipv6Only: true }));
      this.#open.set(service, { port, where: addresses.join(), listening });
      this.#failed.delete(service);
    } catch (error) {
      await closeAll(listening);
      this.#fail(service, port, error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(service: ServiceKey, port: number, error: Error): void {
    if (this.#failed.get(service) === error.message) return;
    this.#failed.set(service, error.message);
    this.#options.onListenError(service, port, error);
  }
}

async function closeAll(listening: readonly Listening[]): Promise<void> {
  await Promise.all(listening.map((one) => one.close()));
}

import { randomBytes, randomInt } from 'node:crypto';
import type { SocketAddress } from '../../config/proxy-config.ts';
import { type DomainName, domainName, lowerCase } from '../../net/dns/domain-name.ts';
import { classes, recordTypes } from '../../net/dns/numbers.ts';
import type { Query } from '../../net/dns/read-query.ts';
import type { Exchange } from './exchange.ts';
import type { Upstream } from './upstreams.ts';

/** Milliseconds. A loop over several servers takes its time. */
const timeout = 5_000;

/** Asks each upstream server for a name that nobody else asks for: where that question comes back, its way leads in a loop. */
export class LoopProbes {
  readonly #names = new Map<DomainName, Upstream>();
  readonly #ask: Exchange;
  readonly #onLoop: (server: Upstream) => void;

  constructor(ask: Exchange, onLoop: (server: Upstream) => void) {
    this.#ask = ask;
    this.#onLoop = onLoop;
  }

  /** Never rejects: a server that does not answer is no loop. */
  async send(servers: readonly Upstream[]): Promise<void> {
    await Promise.all(servers.map((server) => this.#sendTo(server).catch(() => undefined)));
  }

  async #sendTo(server: Upstream): Promise<void> {
    // As CoreDNS's plugin loop does; no domain has such a name.
    const name = domainName(`${randomBytes(8).toString('hex')}.${randomBytes(8).toString('hex')}`);
    this.#names.set(name, server);
    try {
      await this.#ask(server satisfies SocketAddress, probe(name), timeout);
    } finally {
      this.#names.delete(name);
    }
  }

  /** Whether this is such a question, that came back. */
  isProbe({ question }: Query): boolean {
    if (this.#names.size === 0) return false;
    const server = this.#names.get(lowerCase(question.name));
    if (server === undefined) return false;
    this.#onLoop(server);
    return true;
  }
}

function probe(name: DomainName): Query {
  return {
    id: randomInt(0x10000),
    recursionDesired: true,
    checkingDisabled: false,
    question: { name, type: recordTypes.TXT, class: classes.IN },
    edns: undefined,
  };
}

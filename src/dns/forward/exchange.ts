import type { SocketAddress } from '../../config/proxy-config.ts';
import type { Query } from '../../net/dns/read-query.ts';

/** Asks a server once. Rejects with an `ExchangeError` where no response to the query comes in time. */
export type Exchange = (server: SocketAddress, query: Query, timeout: number) => Promise<Buffer>;

/** The ways to ask. */
export interface Exchanges {
  readonly udp: Exchange;
  readonly tcp: Exchange;
}

/** A server did not answer. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
}

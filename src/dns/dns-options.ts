import type { SocketAddress } from '../config/proxy-config.ts';
import type { DomainName } from '../net/dns/domain-name.ts';
import type { CommonOptions } from '../sources/open-source.ts';

/** The options of `portolan dns`. */
export interface DnsOptions extends Pick<CommonOptions, 'flags' | 'source'> {
  /** Port 53 of all addresses where it is absent. */
  readonly listen: readonly SocketAddress[] | undefined;
  /** Of the cluster, in lower case. */
  readonly domain: DomainName;
  /** Those of /etc/resolv.conf where it is absent. */
  readonly upstreams: readonly SocketAddress[] | undefined;
  /** Where health and metrics are served; `undefined` for nowhere. */
  readonly http: SocketAddress | undefined;
  /** Seconds that clients may remember records of the cluster. */
  readonly ttl: number;
  /** Answers of upstream servers that are remembered at most. */
  readonly cacheSize: number;
  /** Milliseconds between SIGTERM and the end, in which queries are still answered. */
  readonly lameduck: number;
}

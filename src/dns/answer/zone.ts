import type { DomainName } from '../../net/dns/domain-name.ts';

/** What the records of a zone have in common. */
export interface Zone {
  /** The zone's name, in the case in which it was asked for. */
  readonly origin: DomainName;
  /** Seconds that records of the cluster may be remembered, and that there are none. */
  readonly ttl: number;
  /** Grows with each change: seconds since the epoch. */
  readonly serial: number;
}

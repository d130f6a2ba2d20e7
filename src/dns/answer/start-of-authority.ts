import { nameOf } from '../../net/dns/domain-name.ts';
import type { ResourceRecord } from '../../net/dns/resource-record.ts';
import type { Zone } from './zone.ts';

/** The SOA record of a zone. Times are CoreDNS's: nobody transfers the zone. */
export function startOfAuthority({ origin, ttl, serial }: Zone): ResourceRecord {
  return {
    name: origin,
    ttl,
    type: 'SOA',
    server: nameOf(['ns', 'dns'], origin),
    mailbox: nameOf(['hostmaster'], origin),
    serial,
    refresh: 7_200,
    retry: 1_800,
    expire: 86_400,
    minimum: ttl,
  };
}

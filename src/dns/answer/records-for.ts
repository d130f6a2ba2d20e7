import { type Address, familyOf } from '../../net/address.ts';
import { type DomainName, nameOf } from '../../net/dns/domain-name.ts';
import { recordTypes } from '../../net/dns/numbers.ts';
import type { ResourceRecord } from '../../net/dns/resource-record.ts';
import type { NameContent } from './find-name.ts';
import type { NameServer } from './name-servers.ts';
import type { ServiceEntry } from './service-entries.ts';
import { startOfAuthority } from './start-of-authority.ts';
import type { Zone } from './zone.ts';

/** Records that answer a question, and those that spare the next one. */
export interface Records {
  readonly answers: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

/**
 * The records of a type, or of all types, that a name has. `owner` is the name as it was asked for; an alias is not followed.
 */
export function recordsFor(content: NameContent, owner: DomainName, type: number, zone: Zone): Records {
  switch (content.kind) {
    case 'empty':
    case 'alias':
      return none;
    case 'text':
      return answers(
        asks(type, 'TXT') ? [{ name: owner, ttl: content.ttl, type: 'TXT', text: content.text }] : [],
      );
    case 'addresses':
      return answers(addressRecords(content.addresses, owner, type, zone.ttl));
    case 'apex':
      return apexRecords(content.nameServers, owner, type, zone);
    case 'service': {
      const { entries, labels } = content;
      if (type === recordTypes.SRV) return srvRecords(entries, labels, owner, zone);
      return answers(
        addressRecords(
          entries.map(({ address }) => address),
          owner,
          type,
          zone.ttl,
        ),
      );
    }
  }
}

const none: Records = { answers: [], additionals: [] };

function answers(records: readonly ResourceRecord[]): Records {
  return records.length === 0 ? none : { answers: records, additionals: [] };
}

/** ANY is answered by what there is of addresses and texts (RFC 8482, 4.1). */
function asks(type: number, wanted: keyof typeof recordTypes): boolean {
  return type === recordTypes[wanted] || type === recordTypes.ANY;
}

function addressRecords(
  addresses: readonly Address[],
  name: DomainName,
  type: number,
  ttl: number,
): readonly ResourceRecord[] {
  const records: ResourceRecord[] = [];
  for (const address of addresses.length === 1 ? addresses : new Set(addresses)) {
    const own = addressType(address);
    if (asks(type, own)) records.push({ name, ttl, type: own, address });
  }
  return records;
}

function addressType(address: Address): 'A' | 'AAAA' {
  return familyOf(address) === 'IPv4' ? 'A' : 'AAAA';
}

/** Weights share out 100, as CoreDNS does; the specification leaves them open. */
function srvRecords(
  entries: readonly ServiceEntry[],
  labels: readonly string[],
  owner: DomainName,
  { origin, ttl }: Zone,
): Records {
  const weight = Math.max(1, Math.floor(100 / entries.length));
  const service = nameOf(labels, origin);
  const records = new Map<string, ResourceRecord>();
  const additionals = new Map<string, ResourceRecord>();
  for (const { address, port, endpoint } of entries) {
    if (port === undefined) continue;
    const target = endpoint === undefined ? service : nameOf([endpoint], service);
    records.set(`${port} ${target}`, { name: owner, ttl, type: 'SRV', priority: 0, weight, port, target });
    additionals.set(`${address} ${target}`, { name: target, ttl, type: addressType(address), address });
  }
  return { answers: [...records.values()], additionals: [...additionals.values()] };
}

function apexRecords(servers: readonly NameServer[], owner: DomainName, type: number, zone: Zone): Records {
  if (type === recordTypes.SOA) return answers([startOfAuthority(zone)]);
  if (type !== recordTypes.NS) return none;
  const { origin, ttl } = zone;
  const named = servers.map(({ labels, addresses }) => ({ target: nameOf(labels, origin), addresses }));
  return {
    answers: named.map(({ target }) => ({ name: owner, ttl, type: 'NS', target })),
    additionals: named.flatMap(({ target, addresses }) =>
      addressRecords(addresses, target, recordTypes.ANY, ttl),
    ),
  };
}

import type { Address } from '../../net/address.ts';
import { type DomainName, domainName, labelsOf, lowerCase, nameOf } from '../../net/dns/domain-name.ts';
import { type ResponseCode, recordTypes } from '../../net/dns/numbers.ts';
import type { Question } from '../../net/dns/read-query.ts';
import type { ResourceRecord } from '../../net/dns/resource-record.ts';
import type { Response } from '../../net/dns/write-response.ts';
import type { ClusterIndex } from '../objects/cluster-index.ts';
import { findName } from './find-name.ts';
import { namesAt } from './names-at.ts';
import { type Records, recordsFor } from './records-for.ts';
import { addressOfReverseName } from './reverse-name.ts';
import { startOfAuthority } from './start-of-authority.ts';
import type { Zone } from './zone.ts';

/** What a server says of its cluster. */
export interface ClusterZone {
  /** `cluster.local`, in lower case. */
  readonly domain: DomainName;
  /** Seconds. */
  readonly ttl: number;
  readonly serial: number;
  /** Those of this server that are no loopback addresses. */
  readonly ownAddresses: readonly Address[];
}

export type ClusterAnswer =
  | { readonly kind: 'response'; readonly response: Response }
  /** The name is another's. */
  | { readonly kind: 'elsewhere' }
  /** Aliases lead to a name that is another's. */
  | { readonly kind: 'alias'; readonly aliases: readonly ResourceRecord[]; readonly target: DomainName };

/** Answers a question of class IN from the objects of the cluster. */
export function answerQuestion(index: ClusterIndex, cluster: ClusterZone, question: Question): ClusterAnswer {
  const labels = labelsOf(lowerCase(question.name));
  const below = labelsBelow(labels, cluster.domain);
  if (below !== undefined) return answerInDomain(index, cluster, question, below);
  const address = addressOfReverseName(labels);
  return address === undefined ? elsewhere : answerReverse(index, cluster, question, address);
}

/** Whether only the objects say whose the name is. */
export function mayBeClusters({ domain }: Pick<ClusterZone, 'domain'>, { name }: Question): boolean {
  const labels = labelsOf(lowerCase(name));
  return labelsBelow(labels, domain) !== undefined || addressOfReverseName(labels) !== undefined;
}

const elsewhere: ClusterAnswer = { kind: 'elsewhere' };

/** As many aliases in a row are followed. */
const longestChain = 10;

function answerInDomain(
  index: ClusterIndex,
  cluster: ClusterZone,
  { name, type }: Question,
  below: readonly string[],
): ClusterAnswer {
  const zone = zoneOf(cluster, name);
  if (type === recordTypes.AXFR || type === recordTypes.IXFR) return negative('REFUSED', []);
  const aliases: ResourceRecord[] = [];
  for (let owner = name, labels = below; ; ) {
    const content = findName(index, labels, cluster.ownAddresses);
    if (content === undefined) return negative('NXDOMAIN', aliases, zone);
    if (content.kind !== 'alias') {
      const records = recordsFor(content, owner, type, zone);
      return records.answers.length === 0
        ? negative('NOERROR', aliases, zone)
        : positive({ ...records, answers: [...aliases, ...records.answers] });
    }
    const target = domainName(content.target);
    aliases.push({ name: owner, ttl: zone.ttl, type: 'CNAME', target });
    const isAsked = type === recordTypes.CNAME || type === recordTypes.ANY;
    if (isAsked || aliases.length >= longestChain) return positive({ answers: aliases, additionals: [] });
    const next = labelsBelow(labelsOf(target), cluster.domain);
    if (next === undefined) return { kind: 'alias', aliases, target };
    [owner, labels] = [target, next];
  }
}

/** Names of addresses that are not the cluster's are another's. */
function answerReverse(
  index: ClusterIndex,
  cluster: ClusterZone,
  { name, type }: Question,
  address: Address,
): ClusterAnswer {
  const targets = namesAt(index, address);
  if (targets.length === 0) return elsewhere;
  // The zone is the name itself: what is around it is not known here.
  const zone = { origin: name, ttl: cluster.ttl, serial: cluster.serial };
  if (type === recordTypes.SOA) return positive({ answers: [startOfAuthority(zone)], additionals: [] });
  if (type !== recordTypes.PTR && type !== recordTypes.ANY) return negative('NOERROR', [], zone);
  const answers = targets.map(
    (labels): ResourceRecord => ({
      name,
      ttl: cluster.ttl,
      type: 'PTR',
      target: nameOf(labels, cluster.domain),
    }),
  );
  return positive({ answers, additionals: [] });
}

function positive({ answers, additionals }: Records): ClusterAnswer {
  return {
    kind: 'response',
    response: { code: 'NOERROR', authoritative: true, answers, authorities: [], additionals },
  };
}

/** Nothing is there; the zone's SOA record says for how long that may be remembered (RFC 2308). */
function negative(code: ResponseCode, answers: readonly ResourceRecord[], zone?: Zone): ClusterAnswer {
  const authorities = zone === undefined ? [] : [startOfAuthority(zone)];
  return {
    kind: 'response',
    response: { code, authoritative: zone !== undefined, answers, authorities, additionals: [] },
  };
}

/** The zone's name in the case of the question: then the answer has the name once. */
function zoneOf({ domain, ttl, serial }: ClusterZone, name: DomainName): Zone {
  return { origin: name.slice(-domain.length) as DomainName, ttl, serial };
}

/** The labels before those of the domain; `undefined` where the name is not below it. */
function labelsBelow(labels: readonly string[], domain: DomainName): readonly string[] | undefined {
  const own = labelsOf(domain);
  const count = labels.length - own.length;
  if (count < 0 || !own.every((label, index) => labels[count + index] === label)) return undefined;
  return labels.slice(0, count);
}

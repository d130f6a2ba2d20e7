import { isDeepStrictEqual } from 'node:util';
import type { AskedQuestion } from './random-questions.ts';
import type { Said } from './said.ts';

interface Difference {
  /** What CoreDNS does, and why Portolan does not. */
  readonly reason: string;
  /** Given the name in lower case. */
  holds(name: string, type: string, ours: Said, theirs: Said): boolean;
}

/** Where Portolan answers otherwise than CoreDNS. */
export const knownDifferences: readonly Difference[] = [
  {
    reason:
      'CoreDNS looks for no name where SOA is asked, and says that each is there; a name that is not there has no types (RFC 2308, 2.1)',
    holds: (_name, type, ours, theirs) => type === 'SOA' && ours.code === 'NXDOMAIN' && isNoData(theirs),
  },
  {
    reason:
      'CoreDNS denies names that have no addresses where TXT is asked, though names below them are there (RFC 8020)',
    holds: (_name, type, ours, theirs) => type === 'TXT' && isNoData(ours) && theirs.code === 'NXDOMAIN',
  },
  {
    reason:
      'CoreDNS denies dns-version for types other than TXT, and dns, below which ns is: both names are there (RFC 8020)',
    holds: (name, _type, ours, theirs) =>
      /^(dns|dns-version)\.cluster\.local$/.test(name) &&
      ours.code === 'NOERROR' &&
      theirs.code === 'NXDOMAIN',
  },
  {
    reason: 'CoreDNS denies the name of a protocol, though names of ports are below it (RFC 8020)',
    holds: (name, _type, ours, theirs) =>
      /^_(tcp|udp|sctp)\.[^.]+\.[^.]+\.svc\.cluster\.local$/.test(name) &&
      isNoData(ours) &&
      theirs.code === 'NXDOMAIN',
  },
  {
    reason:
      'CoreDNS takes the labels of a port and its protocol without underscores too, and an underscore alone for every port',
    holds: (name, _type, ours, theirs) =>
      /^(http\.tcp|http\._tcp|_http\.tcp|_\._tcp)\./.test(name) &&
      ours.code === 'NXDOMAIN' &&
      theirs.code === 'NOERROR',
  },
  {
    reason:
      'CoreDNS answers for every name below that of a pod as for the pod; the specification has no such names',
    holds: (name, _type, ours, theirs) =>
      /\.[^.]+\.[^.]+\.pod\.cluster\.local$/.test(name) &&
      ours.code === 'NXDOMAIN' &&
      theirs.code === 'NOERROR',
  },
  {
    reason: 'CoreDNS makes SRV records with port 0 for pods; nothing is there to connect to',
    holds: (name, type, ours, theirs) =>
      type === 'SRV' &&
      name.endsWith('.pod.cluster.local') &&
      isNoData(ours) &&
      theirs.answers.every((answer) => answer.includes('"port":0')),
  },
  {
    reason:
      'CoreDNS says of ANY that there is nothing; RFC 8482 lets a server choose among what there is, not deny it',
    holds: (_name, type, ours, theirs) =>
      type === 'ANY' && (ours.answers.length > 0 || ours.truncated) && isNoData(theirs),
  },
  {
    reason:
      'CoreDNS forwards questions of other types than PTR for the reverse names that it answers: there is nothing of those types',
    holds: (name, type, ours, theirs) =>
      name.endsWith('.arpa') && type !== 'PTR' && isNoData(ours) && !theirs.authoritative,
  },
  {
    reason:
      'CoreDNS takes all of in-addr.arpa and ip6.arpa for its zone where SOA is asked; here each address that is known is a zone',
    holds: (name, type, ours, theirs) =>
      name.endsWith('.arpa') && type === 'SOA' && ours.answers.length === 1 && isNoData(theirs),
  },
  {
    reason:
      'The name server of the domain is each its own: CoreDNS, bound to a loopback address, has none that others reach',
    holds: (name, type, ours) => name === 'cluster.local' && type === 'NS' && ours.code === 'NOERROR',
  },
  {
    reason:
      'CoreDNS says that a response is cut where only additional addresses do not fit; that is not for TC to say (RFC 2181, 9), and costs a question over TCP',
    holds: (_name, type, ours, theirs) =>
      type === 'SRV' && theirs.truncated && !ours.truncated && ours.code === 'NOERROR',
  },
  {
    reason:
      'CoreDNS tells of an alias only where A or AAAA is asked and is there; it stands for every type (RFC 1034, 3.6.2), with the code of where it leads (RFC 6604)',
    holds: (name, type, ours, theirs) =>
      type !== 'CNAME' && (isAlias(name, ours) || ours.truncated) && isNoData(theirs),
  },
  {
    reason:
      'CoreDNS does not pass on the SOA record by which an upstream server says how long it may be remembered that there is nothing (RFC 2308)',
    holds: (name, _type, ours, theirs) =>
      isAlias(name, ours) &&
      isDeepStrictEqual({ ...ours, authorities: [] }, theirs) &&
      ours.authorities.length > 0,
  },
  {
    reason:
      'CoreDNS passes on an alias with the code NOERROR where the name that it leads to is not there (RFC 6604)',
    holds: (name, _type, ours, theirs) =>
      isAlias(name, ours) &&
      ours.code === 'NXDOMAIN' &&
      theirs.code === 'NOERROR' &&
      isDeepStrictEqual(ours.answers, theirs.answers),
  },
];

/** Why Portolan answers otherwise than CoreDNS; `none` where it does not, `undefined` where there is no reason. */
export function differenceOf({ name, type }: AskedQuestion, ours: Said, theirs: Said): string | undefined {
  if (isDeepStrictEqual(ours, theirs)) return 'none';
  return knownDifferences.find(({ holds }) => holds(name.toLowerCase(), type, ours, theirs))?.reason;
}

function isNoData({ code, answers }: Said): boolean {
  return code === 'NOERROR' && answers.length === 0;
}

function isAlias(name: string, { answers }: Said): boolean {
  return answers.some((answer) => answer.startsWith(`${name} cname `));
}

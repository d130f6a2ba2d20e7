import type { Field } from '../../rule.ts';
import { type ExtensionReader, eachOption, type OptionReader } from '../extension.ts';
import { isMasked, isOneOf, never } from '../statements.ts';
import { readAddressRange, readMasked } from '../values.ts';
import { addrtypeMatch } from './addrtype-match.ts';
import { connmarkMatch, conntrackMatch, stateMatch } from './conntrack-matches.ts';
import { multiportMatch, portMatch, tcpMatch } from './port-matches.ts';
import { recentMatch } from './recent-match.ts';
import { statisticMatch } from './statistic-match.ts';

const addressRange =
  (field: Field): OptionReader =>
  (value, negated, family) => {
    const range = readAddressRange(value, family);
    return range && [isOneOf(field, [range], negated)];
  };

const markMatch = eachOption({
  '--mark': (value, negated) => {
    const mark = readMasked(value);
    return mark && [isMasked('mark', mark.value, mark.mask, negated)];
  },
});

const iprangeMatch = eachOption({
  '--src-range': addressRange('source-address'),
  '--dst-range': addressRange('destination-address'),
});

/** They say something to people, or count; every packet matches. */
const commentMatch = eachOption({ '--comment': () => [] });
const nfacctMatch = eachOption({ '--nfacct-name': () => [] });

/** Matches of packets of one protocol, whatever else they ask. Those of rules are TCP, UDP and SCTP. */
const ofProtocol = (number: bigint): ExtensionReader => ({
  read: () => [isOneOf('protocol', [number], false)],
});

/** Extension headers of IPv6: the packets of rules have their TCP, UDP or SCTP right after the addresses. */
const ofExtensionHeader: ExtensionReader = {
  read: (_, family) => (family === 'IPv6' ? [never] : undefined),
};

/** What the matches ask that can be answered. All others are unknown. */
export const matchReaders: ReadonlyMap<string, ExtensionReader> = new Map([
  ['addrtype', addrtypeMatch],
  ['ah', ofProtocol(51n)],
  ['comment', commentMatch],
  ['connmark', connmarkMatch],
  ['conntrack', conntrackMatch],
  ['dccp', ofProtocol(33n)],
  ['dst', ofExtensionHeader],
  ['esp', ofProtocol(50n)],
  ['frag', ofExtensionHeader],
  ['hbh', ofExtensionHeader],
  ['icmp', ofProtocol(1n)],
  ['icmp6', ofProtocol(58n)],
  ['icmpv6', ofProtocol(58n)],
  ['ipcomp', ofProtocol(108n)],
  ['iprange', iprangeMatch],
  ['mark', markMatch],
  ['mh', ofProtocol(135n)],
  ['multiport', multiportMatch],
  ['nfacct', nfacctMatch],
  ['recent', recentMatch],
  ['rt', ofExtensionHeader],
  ['sctp', portMatch],
  ['srh', ofExtensionHeader],
  ['state', stateMatch],
  ['statistic', statisticMatch],
  ['tcp', tcpMatch],
  ['udp', portMatch],
]);

import { familyOf } from '../../net/address.ts';
import { type Cidr, cidrFamily } from '../../net/cidr.ts';
import { type Family, families } from '../../net/family.ts';
import type { BgpPlan, BgpSession } from './plan-bgp.ts';

/**
 * The configuration of BIRD 2 for a node. Nothing in it is a text of somebody's: all are addresses, networks and numbers that have
 * been read as such. What the daemon puts into the kernel stays there when it ends, and it comes back by graceful restart (RFC 4724).
 */
export function birdConfig(plan: BgpPlan): string {
  const channels = families.filter((family) => plan.sessions.some(({ peer }) => familyOf(peer) === family));
  return [
    '# Made by portolan pod-network; changes are overwritten.',
    'log syslog { warning, error, auth, fatal, bug };',
    `router id ${plan.routerId};`,
    'protocol device {}',
    ...channels.flatMap((family) => familyProtocols(plan, family)),
    ...plan.sessions.flatMap((session, at) => bgpProtocol(plan, session, at)),
    '',
  ].join('\n');
}

/** The own ranges are announced and not put into the kernel, where the pods' bridge has a route to them. */
function familyProtocols({ announced }: BgpPlan, family: Family): readonly string[] {
  const channel = birdChannels[family];
  return [
    `protocol kernel kernel_${channel} {`,
    '  persist;',
    `  ${channel} { import none; export where source = RTS_BGP; };`,
    '}',
    `protocol static pods_${channel} {`,
    `  ${channel};`,
    ...ofFamily(announced, family).map((network) => `  route ${network} unreachable;`),
    '}',
  ];
}

function bgpProtocol(plan: BgpPlan, { local, peer }: BgpSession, at: number): readonly string[] {
  const family = familyOf(peer);
  const accepted = ofFamily(plan.accepted, family).map((network) => `${network}+`);
  const isTaken = accepted.length === 0 ? 'none' : `where net ~ [ ${accepted.join(', ')} ]`;
  return [
    `protocol bgp router_${at} {`,
    `  local ${local} as ${plan.localAs};`,
    `  neighbor ${peer} as ${plan.peerAs};`,
    '  direct;',
    '  graceful restart;',
    '  connect delay time 1;',
    '  connect retry time 5;',
    // A router of another system hands on what nodes of this one told it, with this one's number in the path.
    ...(plan.localAs === plan.peerAs ? [] : ['  allow local as 1;']),
    `  ${birdChannels[family]} {`,
    `    import ${isTaken};`,
    '    export where source = RTS_STATIC;',
    '    gateway direct;',
    '    next hop self;',
    '  };',
    '}',
  ];
}

/** Nothing is announced or taken, and what was taken goes from the kernel. */
export const birdWithoutRoutes: string = [
  'router id 0.0.0.1;',
  'protocol device {}',
  'protocol kernel { ipv4 { import none; export none; }; }',
  'protocol kernel { ipv6 { import none; export none; }; }',
  '',
].join('\n');

function ofFamily(networks: readonly Cidr[], family: Family): readonly Cidr[] {
  return networks.filter((network) => cidrFamily(network) === family);
}

/** What BIRD calls the routes of a family. */
export const birdChannels: Readonly<Record<Family, string>> = { IPv4: 'ipv4', IPv6: 'ipv6' };

import { addressLine } from '../../lab/topology.ts';
import { addresses } from './addresses.ts';

/**
 * The lines of `ip -batch` that wire a node as flannel and its bridge plugin do, and another one:
 *
 *     pod0 ── veth0 ┐
 *                   ├ cni0   node   eth0 ────── eth0 other (and the world)
 *     pod1 ── veth1 ┘        flannel.1 ─ VXLAN ─ flannel.1
 */
export type Role = 'node' | 'pod0' | 'pod1' | 'other';
export const roles: readonly Role[] = ['node', 'pod0', 'pod1', 'other'];

/** 1,500 of the uplink less the 50 bytes that VXLAN takes on IPv4. */
const podMtu = 1450;
const overlayMacs = { node: '02:00:00:00:00:10', other: '02:00:00:00:00:11' } as const;

export function linkLines(nameOf: (role: Role) => string): readonly string[] {
  const cable = (role: Role, nodeInterface: string) =>
    `link add eth0 netns ${nameOf(role)} type veth peer name ${nodeInterface} netns ${nameOf('node')}`;
  return [cable('other', 'eth0'), cable('pod0', 'veth0'), cable('pod1', 'veth1')];
}

export function linesOf(role: Role): readonly string[] {
  switch (role) {
    case 'node':
      return nodeLines;
    case 'other':
      return otherLines;
    case 'pod0':
      return podLines(0);
    case 'pod1':
      return podLines(1);
  }
}

const nodeLines: readonly string[] = [
  ...uplinkLines(`${addresses.node.IPv4}/24`, `${addresses.node.IPv6}/64`),
  'link add cni0 type bridge',
  `link set cni0 mtu ${podMtu} up`,
  addressLine(`${addresses.bridge.IPv4}/24`, 'cni0'),
  addressLine(`${addresses.bridge.IPv6}/64`, 'cni0'),
  ...['veth0', 'veth1'].flatMap((port) => [
    `link set ${port} mtu ${podMtu} master cni0 up`,
    `link set ${port} type bridge_slave hairpin on`,
  ]),
  ...overlayLines(addresses.node.IPv4, overlayMacs.node, '10.244.0.0'),
  ...overlayPeerLines('10.244.1.0', overlayMacs.other),
  `route add default via ${addresses.gateway.IPv4}`,
  `route add default via ${addresses.gateway.IPv6}`,
  `route add fd00:10:244:1::/64 via ${addresses.other.IPv6}`,
];

const otherLines: readonly string[] = [
  ...uplinkLines(`${addresses.other.IPv4}/24`, `${addresses.other.IPv6}/64`),
  addressLine(`${addresses.gateway.IPv4}/24`, 'eth0'),
  addressLine(`${addresses.gateway.IPv6}/64`, 'eth0'),
  ...[addresses.farPod, addresses.client].flatMap(({ IPv4, IPv6 }) => [
    addressLine(IPv4, 'lo'),
    addressLine(IPv6, 'lo'),
  ]),
  ...overlayLines(addresses.other.IPv4, overlayMacs.other, '10.244.1.0'),
  ...overlayPeerLines('10.244.0.0', overlayMacs.node),
  `route add fd00:10:244::/64 via ${addresses.node.IPv6}`,
];

function podLines(index: 0 | 1): readonly string[] {
  const { IPv4, IPv6 } = addresses.pods[index];
  return [
    'link set lo up',
    `link set eth0 mtu ${podMtu} up`,
    addressLine(`${IPv4}/24`, 'eth0'),
    addressLine(`${IPv6}/64`, 'eth0'),
    `route add default via ${addresses.bridge.IPv4}`,
    `route add default via ${addresses.bridge.IPv6}`,
  ];
}

function uplinkLines(...own: readonly string[]): readonly string[] {
  return ['link set lo up', 'link set eth0 up', ...own.map((address) => addressLine(address, 'eth0'))];
}

function overlayLines(underlay: string, mac: string, own: string): readonly string[] {
  return [
    `link add flannel.1 address ${mac} type vxlan id 1 local ${underlay} dev eth0 dstport 8472 nolearning`,
    `link set flannel.1 mtu ${podMtu} up`,
    addressLine(own, 'flannel.1'),
  ];
}

/** As flannel does, which needs no learning. The forwarding entries are `overlayPeers`. */
function overlayPeerLines(subnet: string, mac: string): readonly string[] {
  return [
    `neigh add ${subnet} lladdr ${mac} dev flannel.1 nud permanent`,
    `route add ${subnet}/24 via ${subnet} dev flannel.1 onlink`,
  ];
}

/** Arguments of `bridge` that tell each side where the other one's hardware address is. */
export const overlayPeers = {
  node: ['fdb', 'append', overlayMacs.other, 'dev', 'flannel.1', 'dst', addresses.other.IPv4],
  other: ['fdb', 'append', overlayMacs.node, 'dev', 'flannel.1', 'dst', addresses.node.IPv4],
} as const;

/** Keys are paths below /proc/sys. Link-local addresses can be used at once, without a second of doubt (RFC 4862, 5.4). */
export const everywhere = { 'net/ipv6/conf/*/accept_dad': '0' } as const;

export const nodeSettings = {
  'net/ipv4/ip_forward': '1',
  'net/ipv6/conf/all/forwarding': '1',
  // A new namespace has what the machine has.
  'net/ipv4/conf/all/route_localnet': '0',
  'net/bridge/bridge-nf-call-iptables': '1',
  'net/bridge/bridge-nf-call-ip6tables': '1',
} as const;

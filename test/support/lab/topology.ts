import { type Address, familyOf } from '../../../src/net/address.ts';

/**
 * The lines of `ip -batch` that wire a lab:
 *
 *     host 0 ──┐
 *     host 1 ──┤ node ── outside
 *     host n ──┘
 *
 * Every host has one address and sends everything to the node; the node sends to the outside what is nobody's,
 * and the outside owns it all (AnyIP), so that a packet that no rule touched arrives there.
 */
export interface Topology {
  /** The node's own addresses, with or without a prefix length. */
  readonly nodeAddresses: readonly string[];
  /** One host for each: clients and endpoints, near or far. */
  readonly hosts: readonly Address[];
}

/**
 * The node's own address on the links to its hosts. It is none of `nodeAddresses`, so that a masqueraded packet
 * shows as such even when the node itself has sent it.
 */
export const linkAddress = { IPv4: '169.254.1.1', IPv6: 'fdfe::1' } as const;

const outsideGateway = { IPv4: '169.254.1.2', IPv6: 'fe80::2' } as const;
const nodeGateway = { IPv4: linkAddress.IPv4, IPv6: 'fe80::1' } as const;

export type Role = 'node' | 'outside' | `host${number}`;

export function rolesOf({ hosts }: Topology): Role[] {
  return ['node', 'outside', ...hosts.map((_, index) => hostRole(index))];
}

export function hostRole(index: number): Role {
  return `host${index}`;
}

/** The cables. Both ends are born in their namespaces: nothing appears in the machine's own. */
export function linkLines({ hosts }: Topology, nameOf: (role: Role) => string): string[] {
  const cable = (role: Role, nodeInterface: string) =>
    `link add eth0 netns ${nameOf(role)} type veth peer name ${nodeInterface} netns ${nameOf('node')}`;
  return [cable('outside', 'eth0'), ...hosts.map((_, index) => cable(hostRole(index), hostRole(index)))];
}

export function nodeLines({ nodeAddresses, hosts }: Topology): string[] {
  return [
    ...upLines('eth0'),
    `addr add ${linkAddress.IPv4}/32 dev eth0 scope link`,
    `addr add ${nodeGateway.IPv6}/64 dev eth0 nodad`,
    ...nodeAddresses.map((address) => addressLine(address, 'eth0')),
    `route add ${outsideGateway.IPv4} dev eth0 scope link`,
    `route add default via ${outsideGateway.IPv4} dev eth0`,
    `route add default via ${outsideGateway.IPv6} dev eth0`,
    ...hosts.flatMap((address, index) => [
      ...upLines(hostRole(index)),
      addressLine(linkAddress.IPv4, hostRole(index)),
      addressLine(linkAddress.IPv6, hostRole(index)),
      `addr add ${nodeGateway.IPv6}/64 dev ${hostRole(index)} nodad`,
      `route add ${address} dev ${hostRole(index)}`,
    ]),
  ];
}

export function hostLines(address: Address): string[] {
  return [
    ...upLines('eth0'),
    addressLine(address, 'eth0'),
    ...(familyOf(address) === 'IPv4'
      ? [
          `route add ${nodeGateway.IPv4} dev eth0 scope link`,
          `route add default via ${nodeGateway.IPv4} dev eth0`,
        ]
      : [
          `addr add ${outsideGateway.IPv6}/64 dev eth0 nodad`,
          `route add default via ${nodeGateway.IPv6} dev eth0`,
        ]),
  ];
}

export function outsideLines({ nodeAddresses, hosts }: Topology): string[] {
  const behindNode = [...nodeAddresses.map((address) => address.replace(/\/.*/, '')), ...hosts];
  return [
    ...upLines('eth0'),
    `addr add ${outsideGateway.IPv4}/32 dev eth0`,
    `addr add ${outsideGateway.IPv6}/64 dev eth0 nodad`,
    `route add ${nodeGateway.IPv4} dev eth0 scope link`,
    // In the main table: the local table is asked first, and would hide the routes to the node.
    'route add local 0.0.0.0/0 dev lo table main',
    'route add local ::/0 dev lo table main',
    ...behindNode.map((address) => {
      const gateway = address.includes(':') ? nodeGateway.IPv6 : nodeGateway.IPv4;
      return `route add ${address} via ${gateway} dev eth0`;
    }),
  ];
}

function upLines(device: string): string[] {
  return ['link set lo up', `link set ${device} addrgenmode none`, `link set ${device} up`];
}

/** Without `nodad` an IPv6 address cannot be used for the first second (RFC 4862, 5.4). */
export function addressLine(address: string, device: string): string {
  return `addr add ${withLength(address)} dev ${device}${address.includes(':') ? ' nodad' : ''}`;
}

export function withLength(address: string): string {
  if (address.includes('/')) return address;
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

/** Keys are paths below /proc/sys. They are set inside the namespaces only. */
export const sysctls = {
  node: {
    'net/ipv4/ip_forward': '1',
    'net/ipv6/conf/all/forwarding': '1',
    // Replies may leave by another link than the one the route back to their source names.
    'net/ipv4/conf/*/rp_filter': '0',
    'net/ipv4/conf/*/send_redirects': '0',
    // Every refused packet shall be answered, not six a second.
    'net/ipv4/icmp_ratelimit': '0',
    'net/ipv6/icmp/ratelimit': '0',
  },
  outside: {
    'net/ipv4/conf/*/rp_filter': '0',
    // The AnyIP route makes every address local; this lets sockets bind to it.
    'net/ipv4/ip_nonlocal_bind': '1',
    'net/ipv6/ip_nonlocal_bind': '1',
  },
  host: { 'net/ipv4/conf/*/rp_filter': '0' },
} as const;

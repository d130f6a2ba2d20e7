import type { Address } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';

/**
 * What can be seen of the node without changing it. Everything is read once, when it is first asked for. A function
 * rejects with an `Unobservable` where it cannot be read, and says why.
 */
export interface Machine {
  interfaces(): Promise<readonly Interface[]>;
  /** The pods' ends of veth pairs, as far as their namespaces can be entered from here. */
  podInterfaces(): Promise<PodInterfaces>;
  /** Of every table but `local`. */
  routes(family: Family): Promise<readonly Route[]>;
  /** As `ip rule` lists them, in order. */
  policyRules(family: Family): Promise<readonly PolicyRule[]>;
  /** Where the kernel would send a packet; `undefined` where it has no route. */
  lookUpRoute(query: RouteQuery): Promise<FoundRoute | undefined>;
  neighbours(): Promise<readonly Neighbour[]>;
  /** How full the kernel's tables of neighbours are; none in a namespace that cannot see the limit. */
  neighbourTables(): Promise<readonly NeighbourTable[]>;
  /** What bridges and VXLAN devices know of hardware addresses. */
  forwardingEntries(): Promise<readonly ForwardingEntry[]>;
  /** A number below /proc/sys; `undefined` where there is no such setting. */
  setting(path: string): Promise<number | undefined>;
  /** Since boot, in this network namespace. */
  conntrack(): Promise<ConntrackCounters>;
  /** Packets that the reverse path filter dropped since boot: `IPReversePathFilter` of /proc/net/netstat. */
  reversePathDrops(): Promise<number>;
}

export interface Interface {
  readonly name: string;
  readonly index: number;
  /** As `ip -d link` names it: `veth`, `bridge`, `vxlan`, `wireguard`; empty for a plain device. */
  readonly kind: string;
  readonly loopback: boolean;
  /** Whether it is set up, with or without a carrier. */
  readonly up: boolean;
  readonly promiscuous: boolean;
  readonly mtu: number;
  /** In lower case; `undefined` where it has none, as tunnels of layer 3. */
  readonly mac: string | undefined;
  /** The bridge, bond or VRF that it is a port of. */
  readonly master: string | undefined;
  /** The index of the other end of a veth pair, or of the device below. */
  readonly linkIndex: number | undefined;
  /** This namespace's number for the one that the other end is in; `undefined` where that is this one. */
  readonly linkNamespace: number | undefined;
  /** The other end, or the device below, where it is in this namespace. */
  readonly link: string | undefined;
  readonly addresses: readonly InterfaceAddress[];
  readonly bridge: BridgeSettings | undefined;
  readonly bridgePort: { readonly hairpin: boolean } | undefined;
  readonly tunnel: TunnelSettings | undefined;
}

export interface InterfaceAddress {
  readonly address: Address;
  /** What is reached over the interface by this address. */
  readonly network: Cidr;
  /** `global`, `link` or `host`. */
  readonly scope: string;
}

export interface BridgeSettings {
  /** Its own switches, besides those in net.bridge: either is enough. */
  readonly callIptables: boolean;
  readonly callIp6tables: boolean;
}

export interface TunnelSettings {
  readonly local: Address | undefined;
  readonly remote: Address | undefined;
  /** VXLAN: whether it learns from packets who is where. */
  readonly learning: boolean;
}

export interface PodInterfaces {
  readonly interfaces: readonly PodInterface[];
  /** Why some or all are missing, in words. */
  readonly hidden: string | undefined;
}

export interface PodInterface {
  /** The node's end of the pair. */
  readonly host: string;
  readonly name: string;
  readonly mtu: number;
  readonly mac: string | undefined;
  readonly addresses: readonly Address[];
}

export interface Route {
  readonly destination: Cidr;
  /** `main`, or the number or name of another one. */
  readonly table: string;
  /** `unicast`, `blackhole`, `unreachable`, … */
  readonly type: string;
  /** `kernel` for those that come with an address, else who made it: `boot`, `bird`, `dhcp`. */
  readonly protocol: string;
  /** Several where it spreads over next hops; none for a blackhole. */
  readonly hops: readonly NextHop[];
}

export interface NextHop {
  readonly device: string;
  readonly gateway: Address | undefined;
}

export interface PolicyRule {
  readonly priority: number;
  readonly source: string;
  readonly table: string;
  /** `undefined` where it does not look at marks. */
  readonly mark: { readonly value: number; readonly mask: number } | undefined;
}

export interface RouteQuery {
  readonly to: Address;
  readonly from?: Address;
  /** The interface that the packet comes in by; the node's own packet where absent. */
  readonly input?: string;
  readonly mark?: number;
}

export interface FoundRoute {
  readonly device: string;
  readonly gateway: Address | undefined;
  /** The address that the node would take as the source. */
  readonly source: Address | undefined;
}

export interface Neighbour {
  readonly address: Address;
  readonly device: string;
  /** `undefined` where nobody answered. */
  readonly mac: string | undefined;
  /** `REACHABLE`, `STALE`, `FAILED`, `INCOMPLETE`, `PERMANENT`, … */
  readonly state: string;
}

/** The kernel has one for each family, which all network namespaces share. */
export interface NeighbourTable {
  readonly family: Family;
  readonly entries: number;
  /** `gc_thresh3`: more are refused. */
  readonly max: number;
  /** How often one was refused since boot. */
  readonly refused: number;
}

export interface ForwardingEntry {
  readonly mac: string;
  readonly device: string;
  readonly master: string | undefined;
  /** The other side of a VXLAN device. */
  readonly remote: Address | undefined;
  /** `permanent` for the devices' own and for those that somebody set. */
  readonly permanent: boolean;
}

export interface ConntrackCounters {
  readonly entries: number;
  readonly max: number;
  readonly buckets: number;
  /** Entries that another one had to give way to, since the table was full. */
  readonly earlyDrop: number;
  /** Packets that were dropped, since the table was full and nothing could give way, or memory was short. */
  readonly drop: number;
  /** Connections whose entry could not be kept, most often two with the same addresses at once. */
  readonly insertFailed: number;
}

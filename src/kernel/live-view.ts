import type { LiveRules as SavedRules } from '../iptables/saved-rules.ts';
import type { Address } from '../net/address.ts';
import type { Family, Protocol } from '../net/family.ts';
import type { Rule } from '../rules-text/rule.ts';
import type { Packet } from '../trace/packet.ts';
import type { Trace } from '../trace/trace.ts';
import type { NftListings } from './nft/nft-listings.ts';

/**
 * What the checks of objects and rules read of the node besides `Machine`: rules, sockets, other proxies, and answers to
 * probes. Everything but probes is read once, when it is first asked for. A function rejects with an `Unobservable`
 * where it cannot be read, and says why.
 */
export interface LiveView {
  /** What each variant of iptables holds, in each family; of legacy only where the kernel has its tables already. */
  iptables(): Promise<readonly IptablesHolding[]>;
  /** The Services that a table of nftables serves; `undefined` where there is no such table. */
  servedBy(table: ProxyTable, family: Family): Promise<readonly string[] | undefined>;
  proxyTraces(): Promise<ProxyTraces>;
  /** Sockets that wait for clients on these ports. */
  listeners(ports: ReadonlySet<number>): Promise<readonly ListeningSocket[]>;
  localPorts(): Promise<LocalPorts>;
  localAddresses(): readonly Address[];
  /** The names of the tables in force, `iptables nat`, `nft ip portolan`. */
  tables(family: Family): Promise<readonly string[]>;
  /** What becomes of this machine's nft at each table; `undefined` where it has none. */
  nftListings(signal: AbortSignal): Promise<NftListings | undefined>;
  /** The rules of a chain in force. */
  chain(family: Family, table: string, chain: string): Promise<readonly Rule[] | 'absent'>;
  /** What the rules in force do with a packet. The interface that it comes in by is found by the routes. */
  trace(packet: Packet): Promise<Trace>;
  /** Asks a name server once, from the node. */
  ask(question: DnsQuestion, signal: AbortSignal): Promise<DnsOutcome>;
  /** Opens a TCP connection from the node, and closes it again. */
  connect(address: Address, port: number, signal: AbortSignal): Promise<ConnectOutcome>;
}

export interface IptablesHolding {
  readonly variant: 'nft' | 'legacy';
  readonly family: Family;
  readonly rules: SavedRules;
}

/** The tables of nftables that a proxy makes. */
export const proxyTables = ['portolan', 'kube-proxy'] as const;
export type ProxyTable = (typeof proxyTables)[number];

/** Signs of proxies that leave no rules of iptables or nftables. */
export interface ProxyTraces {
  /** Processes in this network namespace that program Services; `undefined` where they cannot be seen. */
  readonly processes: readonly ProxyProcess[] | undefined;
  /** Virtual servers of IPVS. */
  readonly virtualServers: readonly VirtualServer[];
  /** Interfaces that a proxy makes: `kube-ipvs0`, `cilium_host`, `bpfin.cali`. */
  readonly interfaces: readonly string[];
  /** Pinned BPF maps of Cilium and Calico; `undefined` where the folder cannot be read. */
  readonly bpfMaps: readonly string[] | undefined;
}

export interface ProxyProcess {
  readonly pid: number;
  readonly name: string;
}

export interface VirtualServer {
  readonly protocol: Protocol;
  readonly address: Address;
  readonly port: number;
}

export interface ListeningSocket {
  readonly protocol: 'TCP' | 'UDP';
  readonly family: Family;
  /** `0.0.0.0` or `::` for all. */
  readonly address: Address;
  readonly port: number;
  /** `undefined` where the process cannot be seen. */
  readonly process: { readonly pid: number; readonly name: string } | undefined;
}

/** Ports that the kernel gives to sockets that name none. Ends included. */
export interface LocalPorts {
  readonly from: number;
  readonly to: number;
  /** `net.ipv4.ip_local_reserved_ports`: these it never gives. */
  readonly reserved: readonly { readonly from: number; readonly to: number }[];
}

export interface DnsQuestion {
  readonly server: Address;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly name: string;
}

export type DnsOutcome =
  /** Any answer shows that packets go both ways: `NOERROR`, `NXDOMAIN`, `SERVFAIL`, … */
  | { readonly kind: 'answer'; readonly code: string }
  | { readonly kind: 'silence' }
  /** A system's error code: `ECONNREFUSED`, `EHOSTUNREACH`. */
  | { readonly kind: 'error'; readonly code: string };

export type ConnectOutcome =
  | { readonly kind: 'open' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'error'; readonly code: string };

import type { Address } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { Milliseconds } from './duration.ts';
import type { InterfaceName, InterfaceNamePrefix } from './interface-name.ts';

/**
 * The effective configuration: checked, with all defaults filled in. It holds only what has an effect here;
 * what kube-proxy's v1alpha1 has besides is accepted, and answered with a notice.
 */
export interface ProxyConfig {
  readonly mode: ProxyMode;
  /** Of the section that `mode` does not name, only `masqueradeBit` and `localhostNodePorts` are the operator's. */
  readonly iptables: IptablesConfig;
  readonly nftables: NftablesConfig;
  readonly detectLocal: DetectLocal;
  readonly nodePortAddresses: NodePortAddresses;
  readonly conntrack: ConntrackConfig;
  /** Trimmed, in lower case; see `nodeName`. */
  readonly hostnameOverride: string | undefined;
  /** The node's primary address where it is not unspecified (0.0.0.0 or ::). Nothing is bound to it. */
  readonly bindAddress: Address;
  /** `undefined` where the server is disabled. */
  readonly healthzBindAddress: SocketAddress | undefined;
  /** `undefined` where the server is disabled. */
  readonly metricsBindAddress: SocketAddress | undefined;
  /** Whether it is fatal when one of the two servers cannot bind to its port. */
  readonly bindAddressHardFail: boolean;
  readonly configSyncPeriod: Milliseconds;
  readonly oomScoreAdj: number;
  readonly clientConnection: ClientConnectionConfig;
  readonly logging: LoggingConfig;
}

export type ProxyMode = 'iptables' | 'nftables';

export interface NftablesConfig {
  /** The bit of the packet mark that asks for masquerading, 0 to 31. */
  readonly masqueradeBit: number;
  readonly masqueradeAll: boolean;
  readonly syncPeriod: Milliseconds;
  readonly minSyncPeriod: Milliseconds;
}

export interface IptablesConfig extends NftablesConfig {
  readonly localhostNodePorts: boolean;
}

/** How traffic of the node's own pods is recognised. */
export type DetectLocal =
  /** A family without a CIDR has no local detection. */
  | { readonly mode: 'ClusterCIDR'; readonly cidrs: { readonly [F in Family]?: Cidr } }
  | { readonly mode: 'NodeCIDR' }
  | { readonly mode: 'BridgeInterface'; readonly interface: InterfaceName }
  | { readonly mode: 'InterfaceNamePrefix'; readonly prefix: InterfaceNamePrefix };

/** The node's addresses that node ports are served on. */
export type NodePortAddresses =
  | { readonly kind: 'all' }
  | { readonly kind: 'primary' }
  | { readonly kind: 'cidrs'; readonly cidrs: readonly Cidr[] };

/** Zero leaves the kernel's value as it is. */
export interface ConntrackConfig {
  readonly maxPerCore: number;
  readonly min: number;
  readonly tcpEstablishedTimeout: Milliseconds;
  readonly tcpCloseWaitTimeout: Milliseconds;
  readonly tcpBeLiberal: boolean;
  readonly udpTimeout: Milliseconds;
  readonly udpStreamTimeout: Milliseconds;
}

export interface SocketAddress {
  readonly address: Address;
  readonly port: number;
}

export interface ClientConnectionConfig {
  /** `undefined` for the service account of the pod. */
  readonly kubeconfig: string | undefined;
  /** Requests per second; negative for no limit. */
  readonly qps: number;
  readonly burst: number;
}

export interface LoggingConfig {
  readonly format: 'text' | 'json';
  readonly verbosity: number;
}

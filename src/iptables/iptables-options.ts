import type { Address } from '../net/address.ts';
import type { Family } from '../net/family.ts';
import type { LocalDetector } from '../plan/local-detector.ts';

/** Packet counters that survive changes of the rules (nfacct), by the names that kube-proxy's metrics know. */
export type PacketCounter = 'ct_state_invalid_dropped_pkts' | 'localhost_nps_accepted_pkts';

export const packetCounters: readonly PacketCounter[] = [
  'ct_state_invalid_dropped_pkts',
  'localhost_nps_accepted_pkts',
];

/** What the rules of one family depend on besides the plans. */
export interface IptablesOptions {
  readonly family: Family;
  /** Bit of the packet mark that asks for masquerading, 0 to 31. */
  readonly masqueradeBit: number;
  /** Masquerade all traffic to ClusterIPs. */
  readonly masqueradeAll: boolean;
  /** How pods' own traffic is recognised; `undefined` where it cannot be. */
  readonly localDetector: LocalDetector | undefined;
  /** Node ports answer on 127.0.0.1 (IPv4 only; the node has route_localnet on). */
  readonly localhostNodePorts: boolean;
  /** The node's addresses that node ports answer on. */
  readonly nodePortAddresses: 'all' | readonly Address[];
  /** Drop what conntrack finds invalid; off where nf_conntrack_tcp_be_liberal is on. */
  readonly dropInvalid: boolean;
  /** The kernel and the tool know `MASQUERADE --random-fully`. */
  readonly randomFully: boolean;
  readonly packetCounters: ReadonlySet<PacketCounter>;
  /** Leave comments out where they take the most room: on the rules that lead to and stand in endpoint chains. */
  readonly thinComments: boolean;
  /** Not all objects are known: rules that stand and that no plan claims stay. */
  readonly keepsUnclaimed?: boolean;
}

/** The mark as iptables prints it. */
export function masqueradeMark({ masqueradeBit }: IptablesOptions): string {
  return `0x${(2 ** masqueradeBit).toString(16)}`;
}

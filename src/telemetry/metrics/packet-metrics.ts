import { type PacketCounter, packetCounters } from '../../iptables/iptables-options.ts';
import { readPacketCounter } from '../../kernel/iptables/nfacct.ts';
import type { Instruments } from './instruments.ts';

const descriptions: Readonly<Record<PacketCounter, { readonly name: string; readonly help: string }>> = {
  ct_state_invalid_dropped_pkts: {
    name: 'kubeproxy_iptables_ct_state_invalid_dropped_packets_total',
    help: 'Packets that were dropped since conntrack finds them invalid',
  },
  localhost_nps_accepted_pkts: {
    name: 'kubeproxy_iptables_localhost_nodeports_accepted_packets_total',
    help: 'Packets for node ports on loopback addresses that were accepted',
  },
};

/** Packets counted by rules of mode iptables, read at each scrape. No value where the kernel lacks the counter. */
export function registerPacketMetrics(
  instruments: Instruments,
  read: (counter: PacketCounter) => Promise<number | undefined> = readPacketCounter,
): void {
  for (const packetCounter of packetCounters) {
    const { name, help } = descriptions[packetCounter];
    instruments.collectedCounter(name, help, async (metric) => {
      const packets = await read(packetCounter);
      metric.remove();
      if (packets !== undefined) metric.inc(packets);
    });
  }
}

import { execa } from 'execa';
import type { PacketCounter } from '../../iptables/iptables-options.ts';

/** How many packets the counter has seen; `undefined` where it does not exist, or the tool nfacct does not. */
export async function readPacketCounter(name: PacketCounter): Promise<number | undefined> {
  const { exitCode, stdout } = await execa('nfacct', ['get', name], { reject: false });
  const packets = exitCode === 0 ? /pkts = (\d+)/.exec(stdout)?.[1] : undefined;
  return packets === undefined ? undefined : Number(packets);
}

import { execa } from 'execa';
import { type PacketCounter, packetCounters } from '../../iptables/iptables-options.ts';

/** Makes the packet counters; returns those that stand. None where the kernel or the tool nfacct has no such thing. */
export async function ensurePacketCounters(): Promise<ReadonlySet<PacketCounter>> {
  const standing = await Promise.all(
    packetCounters.map(async (name) => ((await ensureCounter(name)) ? [name] : [])),
  );
  return new Set(standing.flat());
}

/** Removes the packet counters that no rule uses any more. */
export async function removePacketCounters(): Promise<void> {
  await Promise.all(packetCounters.map((name) => execa('nfacct', ['delete', name], { reject: false })));
}

async function ensureCounter(name: PacketCounter): Promise<boolean> {
  const added = await execa('nfacct', ['add', name], { reject: false });
  if (added.exitCode === 0) return true;
  // "add" fails where the counter is there already.
  return (await execa('nfacct', ['get', name], { reject: false })).exitCode === 0;
}

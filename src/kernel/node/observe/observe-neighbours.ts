import { z } from 'zod';
import { parseAddress } from '../../../net/address.ts';
import type { ForwardingEntry, Neighbour } from '../machine.ts';
import { listByIp } from './list-by-ip.ts';

/** The neighbour entries of both families, permanent ones included. */
export async function observeNeighbours(): Promise<readonly Neighbour[]> {
  const entries = await listByIp(neighbourEntry, 'ip', ['-j', 'neighbour', 'show']);
  return entries.flatMap(({ dst, dev, lladdr, state }) => {
    const address = parseAddress(dst);
    if (address === undefined) return [];
    return [{ address, device: dev, mac: lladdr?.toLowerCase(), state: state[0] ?? 'NONE' }];
  });
}

const neighbourEntry = z.object({
  dst: z.string(),
  dev: z.string(),
  lladdr: z.string().optional(),
  state: z.array(z.string()).default([]),
});

/** Which hardware address is behind which port, or behind which other end of a VXLAN device. */
export async function observeForwardingEntries(): Promise<readonly ForwardingEntry[]> {
  const entries = await listByIp(z.union([forwardingEntry, z.array(z.never())]), 'bridge', [
    '-j',
    'fdb',
    'show',
  ]);
  return entries.flatMap((entry) => {
    if (!('mac' in entry)) return [];
    const { mac, ifname, master, dst, state } = entry;
    return [
      {
        mac: mac.toLowerCase(),
        device: ifname,
        master,
        remote: dst === undefined ? undefined : parseAddress(dst),
        permanent: state === 'permanent',
      },
    ];
  });
}

const forwardingEntry = z.object({
  mac: z.string(),
  ifname: z.string(),
  master: z.string().optional(),
  dst: z.string().optional(),
  state: z.string().default(''),
});

import { hasFailed, ToolError } from '../../backend/failure.ts';
import { type PacketCounter, packetCounters } from '../../iptables/iptables-options.ts';
import { runTool } from '../run-tool.ts';

/** Makes the packet counters; returns those that stand. None where the kernel or the tool nfacct has no such thing. */
export async function ensurePacketCounters(): Promise<ReadonlySet<PacketCounter>> {
  const standing = await Promise.all(
    packetCounters.map(async (name) => ((await ensureCounter(name)) ? [name] : [])),
  );
  return new Set(standing.flat());
}

/** How many packets the counter has seen; `undefined` where it does not exist, or the tool nfacct does not. */
export async function readPacketCounter(name: PacketCounter): Promise<number | undefined> {
  const packets = /pkts = (\d+)/.exec((await printed('get', name)) ?? '')?.[1];
  return packets === undefined ? undefined : Number(packets);
}

/** Removes the packet counter; without a word, since it is no rule. Throws a `ToolError` where it still stands. */
export async function removePacketCounter(name: PacketCounter): Promise<readonly []> {
  try {
    const { status, stderr } = await runTool('nfacct', ['delete', name]);
    if (status === 0 || stderr.includes('No such file or directory')) return [];
    throw new ToolError('unknown', `nfacct: ${stderr.trim()}`);
  } catch (cause) {
    // Without the tool, nobody has made one.
    if (hasFailed(cause, 'missing')) return [];
    if (!(cause instanceof ToolError)) throw cause;
    throw new ToolError(cause.failure, `the packet counter ${name} cannot be removed: ${cause.message}`, {
      cause,
    });
  }
}

async function ensureCounter(name: PacketCounter): Promise<boolean> {
  // "add" fails where the counter is there already.
  return ((await printed('add', name)) ?? (await printed('get', name))) !== undefined;
}

/** `undefined` where it fails: rules do without counters. */
async function printed(...args: readonly string[]): Promise<string | undefined> {
  const end = await runTool('nfacct', args).catch(() => undefined);
  return end?.status === 0 ? end.stdout : undefined;
}

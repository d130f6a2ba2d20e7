import { spawnSync } from 'node:child_process';
import type { Address } from '../../../src/net/address.ts';
import type { Host } from './host.ts';
import type { Answer } from './messages.ts';

/**
 * Node has no SCTP sockets and many kernels have none either, but conntrack and NAT know the protocol all the same.
 * So an INIT is sent as a raw packet, and the node's conntrack says where it went and as whose.
 */
export async function sendSctpInit(
  sender: Host,
  node: Host,
  { source, destination, port }: { source: Address; destination: Address; port: number },
): Promise<Answer | undefined> {
  const sourcePort = sender.nextPort();
  const [version, open, close] = destination.includes(':') ? ['6', '[', ']'] : ['4', '', ''];
  const to = `IP${version}-SENDTO:${open}${destination}${close}:132,bind=${open}${source}${close}`;
  await sender.exec('socat', ['-u', '-', to], { input: initPacket(sourcePort, port) });
  const entry = ['-L', '-f', `ipv${version}`, '-p', 'sctp', '--orig-port-src', String(sourcePort)];
  return replyTuple(await node.exec('conntrack', entry));
}

/** What this machine lacks for `sendSctpInit`; `undefined` where nothing is missing. */
export function sctpUnavailable(): string | undefined {
  const tools = [
    ['socat', '-V'],
    ['conntrack', '--version'],
  ] as const;
  const missing = tools.filter(([tool, version]) => spawnSync(tool, [version]).error !== undefined);
  if (missing.length > 0) return `not installed: ${missing.map(([tool]) => tool).join(', ')}`;
  return undefined;
}

/** An SCTP packet with one INIT chunk (RFC 9260, 3.1 and 3.3.2). */
function initPacket(sourcePort: number, port: number): Uint8Array {
  const packet = Buffer.alloc(32);
  packet.writeUInt16BE(sourcePort, 0);
  packet.writeUInt16BE(port, 2);
  packet.writeUInt8(1, 12);
  packet.writeUInt16BE(20, 14);
  packet.writeUInt32BE(1, 16);
  packet.writeUInt32BE(65_535, 20);
  packet.writeUInt16BE(1, 24);
  packet.writeUInt16BE(1, 26);
  packet.writeUInt32BE(1, 28);
  // Conntrack ignores a packet with a wrong checksum.
  packet.writeUInt32LE(crc32c(packet), 8);
  return packet;
}

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A listed entry holds two tuples: the packet as it was sent, and the reply that is expected for it. */
function replyTuple(entry: string): Answer | undefined {
  const tuples = [...entry.matchAll(/src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g)];
  const [, server = '', peer = '', serverPort, peerPort] = tuples[1] ?? [];
  if (tuples.length !== 2) return undefined;
  const bracketed = (address: string) => (address.includes(':') ? `[${address}]` : address);
  return { server: `${bracketed(server)}:${serverPort}`, peer: `${bracketed(peer)}:${peerPort}` };
}

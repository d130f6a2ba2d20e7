import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { SocketAddress } from '../../config/proxy-config.ts';
import { type Address, isLoopback, parseAddress } from '../../net/address.ts';
import { UserError } from '../../program/exit-status.ts';
import { nameserversOf } from './resolv-conf.ts';
import { type Upstream, upstreamOf } from './upstreams.ts';

export interface ChosenUpstreams {
  readonly upstreams: readonly Upstream[];
  readonly warnings: readonly string[];
}

const resolvConf = '/etc/resolv.conf';
const dnsPort = 53;

/**
 * The servers to forward to: those that are named, else those of /etc/resolv.conf. Whoever is this server itself is left out; a
 * `UserError` where it was named.
 */
export async function chooseUpstreams(
  named: readonly SocketAddress[] | undefined,
  listening: readonly SocketAddress[],
): Promise<ChosenUpstreams> {
  const isOwn = (server: SocketAddress) => listening.some((own) => leadsTo(server, own));
  if (named !== undefined) {
    const own = named.find(isOwn);
    if (own !== undefined)
      throw new UserError(`--upstream ${upstreamOf(own).shown}: is this server itself; name another`);
    return { upstreams: named.map(upstreamOf), warnings: [] };
  }
  const found = (await readNameservers()).map((address) => upstreamOf({ address, port: dnsPort }));
  const [own, others] = [found.filter(isOwn), found.filter((server) => !isOwn(server))];
  const warnings = own.map(
    ({ shown }) => `${resolvConf} names ${shown}, which is this server itself; it is not asked`,
  );
  if (others.length > 0) return { upstreams: others, warnings };
  const none = `${resolvConf} names no other server: only names of the cluster are answered; see --upstream`;
  return { upstreams: [], warnings: [...warnings, none] };
}

/** The addresses of this machine by which others reach it. */
export function ownAddresses(): readonly Address[] {
  return interfaceAddresses().filter((address) => !isLoopback(address) && !address.startsWith('fe80:'));
}

/** Whether a query to the server comes to the socket. */
function leadsTo(server: SocketAddress, own: SocketAddress): boolean {
  if (server.port !== own.port) return false;
  if (server.address === own.address) return true;
  const isEvery = own.address === (server.address.includes(':') ? '::' : '0.0.0.0');
  return isEvery && (isLoopback(server.address) || interfaceAddresses().includes(server.address));
}

function interfaceAddresses(): readonly Address[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ address }) => parseAddress(address) ?? []),
  );
}

async function readNameservers(): Promise<readonly Address[]> {
  const text = await readFile(resolvConf, 'utf8').catch(() => '');
  return nameserversOf(text);
}

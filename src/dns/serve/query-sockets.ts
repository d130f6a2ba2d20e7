import type { SocketAddress } from '../../config/proxy-config.ts';
import { formatEndpoint } from '../../net/address.ts';
import { UserError } from '../../program/exit-status.ts';
import type { Answering, UnderWay } from './answering.ts';
import { serveTcp, type TcpServer } from './tcp-server.ts';
import { serveUdp, type UdpServer } from './udp-server.ts';

/** A UDP and a TCP socket at one address and port. */
export interface QuerySockets {
  /** Where they are: the port is a real one. */
  readonly at: SocketAddress;
  /** No more connections are taken. */
  stop(): void;
  close(): void;
}

/**
 * Opens both sockets of an address. Throws a `UserError` where one cannot be bound; returns none where the machine does not have
 * the address family, and that is no fault.
 */
export async function openQuerySockets(
  at: SocketAddress,
  answering: Answering,
  underWay: UnderWay,
  mayLackFamily: boolean,
): Promise<readonly QuerySockets[]> {
  try {
    const [udp, tcp] = await openBoth(at, answering, underWay);
    const close = () => {
      udp.close();
      tcp.close();
    };
    return [{ at: { ...at, port: udp.port }, stop: () => tcp.stop(), close }];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (mayLackFamily && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) return [];
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`--listen ${formatEndpoint(at.address, at.port)}: ${reason}`);
  }
}

/** Any port that is free for one may be taken for the other. */
const tries = 10;

async function openBoth(
  at: SocketAddress,
  answering: Answering,
  underWay: UnderWay,
): Promise<readonly [UdpServer, TcpServer]> {
  for (let left = tries; ; left -= 1) {
    const udp = await serveUdp(at, answering, underWay);
    try {
      return [udp, await serveTcp({ ...at, port: udp.port }, answering, underWay)];
    } catch (error) {
      udp.close();
      if (at.port !== 0 || left === 0) throw error;
    }
  }
}

import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import type { SocketAddress } from '../../config/proxy-config.ts';
import type { Client } from '../respond/client.ts';
import type { Answering, UnderWay } from './answering.ts';

/** A socket that takes queries. */
export interface UdpServer {
  readonly port: number;
  close(): void;
}

/** Octets for queries that wait: so many as come in some 50 ms at most. */
const receiveBuffer = 1024 * 1024;

/** Answers queries over UDP. Throws the system's error where the address cannot be bound. */
export async function serveUdp(
  { address, port }: SocketAddress,
  answering: Answering,
  underWay: UnderWay,
): Promise<UdpServer> {
  const isIPv6 = address.includes(':');
  const type = isIPv6 ? 'udp6' : 'udp4';
  const socket = createSocket({ type, ipv6Only: isIPv6, lookup: itself, recvBufferSize: receiveBuffer });
  try {
    // Heard before: it may be bound at once.
    const listening = once(socket, 'listening');
    socket.bind(port, address);
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  const bound = socket.address().port;
  const client: Client = {
    protocol: 'udp',
    family: isIPv6 ? '2' : '1',
    server: `dns://${isIPv6 ? `[${address}]` : address}:${bound}`,
  };
  // A client that is gone is no reason to end.
  socket.on('error', () => undefined);
  socket.on('message', (message, remote) => {
    const response = answering.respond(message, client);
    if (response === undefined) return;
    if (response instanceof Promise) sendLater(socket, response, remote, underWay);
    else send(socket, response, remote);
  });
  return { port: bound, close: () => socket.close() };
}

function sendLater(socket: Socket, response: Promise<Buffer>, remote: RemoteInfo, underWay: UnderWay): void {
  underWay.begin();
  void response.then((message) => send(socket, message, remote)).finally(() => underWay.end());
}

function send(socket: Socket, message: Buffer, { port, address }: RemoteInfo): void {
  socket.send(message, 0, message.length, port, address);
}

/** Answers go to addresses; Node would look each up as if it were a name. */
const itself: SocketOptions['lookup'] = (address, _options, callback) => {
  callback(null, address, address.includes(':') ? 6 : 4);
};

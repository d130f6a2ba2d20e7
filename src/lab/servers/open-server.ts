import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { SocketOpener } from '../../kernel/open-socket.ts';
import { type Address, familyOf } from '../../net/address.ts';
import { streamAnswerer } from './answer-stream.ts';
import { type Identity, introduction } from './identity.ts';

/** Where a server listens. */
export interface ServerPort {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
}

/**
 * Opens the server of a port at once, in the network namespace of the calling thread, which may leave it afterwards. `onError`
 * hears of a port that is taken, and of what befalls the server later. Throws where the kernel does not have the protocol.
 */
export function openServer(
  { protocol, port }: ServerPort,
  { identity, addresses, opener, onError }: ServerContext,
): Disposable {
  switch (protocol) {
    // Without a host: a host is looked up first, though it is an address, and the socket opened only then.
    case 'TCP':
      return streamServer((server) => server.listen(port), identity, onError);
    case 'SCTP':
      return together(
        addresses.map((address) => {
          const fd = opener.listenSctp(address, port);
          return streamServer((server) => server.listen({ fd }), identity, onError);
        }),
      );
    case 'UDP':
      return together(addresses.map((address) => datagramServer(address, port, identity, onError)));
  }
}

export interface ServerContext {
  readonly identity: Identity;
  /** Of the pod. An answer by UDP comes from the address that was asked. */
  readonly addresses: readonly Address[];
  readonly opener: SocketOpener;
  readonly onError: (error: Error) => void;
}

/** Connections end with the server: a pod that is gone answers nobody. */
function streamServer(
  listen: (server: Server) => void,
  identity: Identity,
  onError: (error: Error) => void,
): Disposable {
  const open = new Set<Socket>();
  const answer = streamAnswerer(identity);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket.once('close', () => open.delete(socket)));
    answer(socket);
  }).on('error', onError);
  listen(server);
  return {
    [Symbol.dispose]() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function datagramServer(
  address: Address,
  port: number,
  identity: Identity,
  onError: (error: Error) => void,
): Disposable {
  const isIPv4 = familyOf(address) === 'IPv4';
  const socket = createSocket({
    type: isIPv4 ? 'udp4' : 'udp6',
    // An address needs no lookup; Node's own would open the socket a turn later, in another namespace.
    lookup: (hostname, _options, found) => found(null, hostname, isIPv4 ? 4 : 6),
  });
  let isOpen = true;
  socket.once('close', () => {
    isOpen = false;
  });
  socket.on('error', onError);
  socket.on('message', (_, client) => {
    if (isOpen) socket.send(introduction(identity, { address, port }, client), client.port, client.address);
  });
  socket.bind(port, address);
  return {
    [Symbol.dispose]() {
      if (isOpen) socket.close();
    },
  };
}

function together(servers: readonly Disposable[]): Disposable {
  const stack = new DisposableStack();
  for (const server of servers) stack.use(server);
  return stack;
}

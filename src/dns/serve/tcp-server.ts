import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { SocketAddress } from '../../config/proxy-config.ts';
import { Frames, framed } from '../../net/dns/tcp-frames.ts';
import type { Client } from '../respond/client.ts';
import type { Answering, UnderWay } from './answering.ts';

/** A socket that takes connections. */
export interface TcpServer {
  readonly port: number;
  /** No more connections are taken. */
  stop(): void;
  /** Ends the connections too. */
  close(): void;
}

/** Milliseconds without a query after which a connection is ended (RFC 7766, 6.2.3: some seconds). */
const longestIdle = 10_000;
/** Connections beyond that are closed at once: each takes a file. */
const mostConnections = 1_000;
/** Answers under way on one connection before no more is read of it, and octets that its client does not take. */
const mostUnderWay = 100;
const mostUnsent = 1024 * 1024;

/**
 * Answers queries over TCP: several on a connection, each when its answer is there (RFC 7766, 6.2.1.1 and 7). Throws the system's
 * error where the address cannot be bound.
 */
export async function serveTcp(
  { address, port }: SocketAddress,
  answering: Answering,
  underWay: UnderWay,
): Promise<TcpServer> {
  const isIPv6 = address.includes(':');
  const sockets = new Set<Socket>();
  // A client may end its side, and still wait for answers.
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.maxConnections = mostConnections;
  server.listen({ host: address, port, ipv6Only: isIPv6 });
  await once(server, 'listening');
  const listening = server.address();
  const bound = typeof listening === 'object' && listening !== null ? listening.port : port;
  const client: Client = {
    protocol: 'tcp',
    family: isIPv6 ? '2' : '1',
    server: `dns://${isIPv6 ? `[${address}]` : address}:${bound}`,
  };
  server.on('error', () => undefined);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new Connection(socket, client, answering, underWay).serve();
  });
  return {
    port: bound,
    stop: () => void server.close(),
    close: () => {
      server.close();
      // Answers that were given are still sent.
      for (const socket of sockets) socket.destroySoon();
    },
  };
}

class Connection {
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #answering: Answering;
  readonly #all: UnderWay;
  readonly #frames = new Frames();
  #underWay = 0;
  #hasEnded = false;

  constructor(socket: Socket, client: Client, answering: Answering, all: UnderWay) {
    this.#socket = socket;
    this.#client = client;
    this.#answering = answering;
    this.#all = all;
  }

  serve(): void {
    const socket = this.#socket;
    socket.setTimeout(longestIdle, () => {
      // What is asked elsewhere ends by itself.
      if (this.#underWay === 0) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('drain', () => this.#balance());
    socket.on('end', () => {
      this.#hasEnded = true;
      this.#balance();
    });
    socket.on('data', (chunk) => {
      for (const message of this.#frames.push(chunk)) this.#answer(message);
      this.#balance();
    });
  }

  #answer(message: Buffer): void {
    const response = this.#answering.respond(message, this.#client);
    // A message that is none: what follows it is none either.
    if (response === undefined) this.#socket.destroy();
    else if (response instanceof Promise) this.#answerLater(response);
    else this.#send(response);
  }

  #answerLater(response: Promise<Buffer>): void {
    this.#underWay += 1;
    this.#all.begin();
    void response
      .then((message) => this.#send(message))
      .finally(() => {
        this.#underWay -= 1;
        this.#all.end();
        this.#balance();
      });
  }

  #send(message: Buffer): void {
    if (this.#socket.writable) this.#socket.write(framed(message));
  }

  /** Reads on only while the client takes its answers; closes when it has them all. */
  #balance(): void {
    if (this.#hasEnded && this.#underWay === 0) this.#socket.end();
    if (this.#underWay >= mostUnderWay || this.#socket.writableLength >= mostUnsent) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }
}

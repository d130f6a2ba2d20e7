import { createSocket } from 'node:dgram';
import { isResponseTo } from '../../net/dns/read-response.ts';
import { writeQuery } from '../../net/dns/write-query.ts';
import { type Exchange, ExchangeError } from './exchange.ts';

/**
 * Asks over UDP, from a port of its own that the kernel picks by chance: a forger has to guess it besides the identifier (RFC 5452).
 * The socket is connected, so that only the server can answer, and an ICMP error comes back.
 */
export const askByUdp: Exchange = (server, query, timeout) => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = createSocket(server.address.includes(':') ? 'udp6' : 'udp4');
  const fail = (reason: string) => reject(new ExchangeError(reason));
  const timer = setTimeout(() => fail(`no answer within ${timeout} ms`), timeout).unref();
  // Whoever waits for the answer keeps the process; nobody else does.
  socket.unref();
  socket.on('error', (error) => fail(error.message));
  socket.on('message', (message) => {
    if (isResponseTo(query, message)) resolve(message);
  });
  socket.on('connect', () => socket.send(writeQuery(query)));
  socket.connect(server.port, server.address);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
};

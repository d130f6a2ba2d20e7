import { connect } from 'node:net';
import { isResponseTo } from '../../net/dns/read-response.ts';
import { Frames, framed } from '../../net/dns/tcp-frames.ts';
import { writeQuery } from '../../net/dns/write-query.ts';
import { type Exchange, ExchangeError } from './exchange.ts';

/** Asks over TCP, by a connection of its own. */
export const askByTcp: Exchange = (server, query, timeout) => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = connect({ host: server.address, port: server.port });
  const frames = new Frames();
  const fail = (reason: string) => reject(new ExchangeError(reason));
  const timer = setTimeout(() => fail(`no answer within ${timeout} ms`), timeout).unref();
  // Whoever waits for the answer keeps the process; nobody else does.
  socket.unref();
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('the server closed the connection'));
  socket.on('data', (chunk) => {
    for (const message of frames.push(chunk)) if (isResponseTo(query, message)) resolve(message);
  });
  socket.write(framed(writeQuery(query)));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
};

/** Sends datagrams as fast as it can, from all sources in turn, as argv[2] says in JSON. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { Flood } from './witness.ts';

// The kernel tells of each datagram that a rule has dropped, which is no matter here, but traces cost time.
Error.stackTraceLimit = 0;

const { sources, each, destination, port }: Flood = JSON.parse(process.argv[2] ?? '');
const datagram = Buffer.from('x');
const sockets = await Promise.all(sources.map(open));
for (let round = 0; round < each; round += 1) {
  for (const socket of sockets) socket.send(datagram);
  await turn();
}
for (const socket of sockets) socket.close();

async function open(source: string): Promise<Socket> {
  const socket = createSocket(source.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', () => undefined);
  socket.bind(0, source);
  await once(socket, 'listening');
  socket.connect(port, destination);
  await once(socket, 'connect');
  return socket;
}

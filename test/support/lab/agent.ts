/**
 * The process inside a namespace of the lab: serves and connects as it is told. Plain Node without dependencies, because a
 * lab starts one for every namespace.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { globSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { serve } from '../agents/serve.ts';
import { connect } from './connect.ts';
import type { Answer, Listener, Reply, Request } from './messages.ts';

const servers = new Map<string, () => void>();

serve((request: Request) =>
  perform(request).catch((error: NodeJS.ErrnoException): Reply => ({ error: error.code ?? error.message })),
);

async function perform(request: Request): Promise<Reply> {
  switch (request.op) {
    case 'sysctl':
      for (const [key, value] of Object.entries(request.settings)) setSysctl(key, value);
      return { done: true };
    case 'listen':
      servers.set(nameOf(request.listener), await listen(request.listener));
      return { done: true };
    case 'close':
      servers.get(nameOf(request.listener))?.();
      servers.delete(nameOf(request.listener));
      return { done: true };
    case 'connect':
      return await connect(request.connection);
  }
}

function setSysctl(key: string, value: string): void {
  for (const path of globSync(`/proc/sys/${key}`)) writeFileSync(path, value);
}

function nameOf({ protocol, address, port }: Listener): string {
  return `${protocol} ${formatEndpoint(address, port)}`;
}

async function listen(listener: Listener): Promise<() => void> {
  return listener.protocol === 'tcp' ? await listenTcp(listener) : await listenUdp(listener);
}

async function listenTcp({ address, port, echo = false }: Listener): Promise<() => void> {
  const server = createServer((socket) => {
    // A client that gives up early is its own affair.
    socket.on('error', () => socket.destroy());
    const server = formatEndpoint(socket.localAddress, socket.localPort);
    const peer = formatEndpoint(socket.remoteAddress, socket.remotePort);
    const answer = `${JSON.stringify({ server, peer } satisfies Answer)}\n`;
    if (echo) {
      socket.write(answer);
      socket.pipe(socket);
    } else socket.end(answer);
  });
  server.listen({ host: address, port });
  await once(server, 'listening');
  return () => server.close();
}

async function listenUdp({ address, port }: Listener): Promise<() => void> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (_, peer) => {
    const local = socket.address();
    const answer: Answer = {
      server: formatEndpoint(local.address, local.port),
      peer: formatEndpoint(peer.address, peer.port),
    };
    socket.send(JSON.stringify(answer), peer.port, peer.address);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
  return () => socket.close();
}

function formatEndpoint(address = '', port = 0): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * The process inside a namespace of the lab: serves and connects as it is told, in JSON lines, and ends with
 * its standard input. Plain Node without dependencies, because a lab starts one for every namespace.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { globSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type {
  Answer,
  Connection,
  ConnectResult,
  Listener,
  Reply,
  ReplyLine,
  Request,
  RequestLine,
} from './messages.ts';

const servers = new Map<string, () => void>();

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void serve(JSON.parse(line)));
lines.on('close', () => process.exit());

async function serve({ id, request }: RequestLine): Promise<void> {
  const reply = await perform(request).catch((error: NodeJS.ErrnoException) => ({
    error: error.code ?? error.message,
  }));
  process.stdout.write(`${JSON.stringify({ id, reply } satisfies ReplyLine)}\n`);
}

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

async function listenTcp({ address, port }: Listener): Promise<() => void> {
  const server = createServer((socket) => {
    // A client that gives up early is its own affair.
    socket.on('error', () => socket.destroy());
    const server = formatEndpoint(socket.localAddress, socket.localPort);
    const peer = formatEndpoint(socket.remoteAddress, socket.remotePort);
    socket.end(JSON.stringify({ server, peer } satisfies Answer));
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

async function connect(connection: Connection): Promise<ConnectResult> {
  return connection.protocol === 'tcp' ? await connectTcp(connection) : await connectUdp(connection);
}

async function connectTcp(connection: Connection): Promise<ConnectResult> {
  const socket = createConnection({
    host: connection.destination,
    port: connection.port,
    localAddress: connection.source,
    localPort: connection.sourcePort,
  });
  const signal = AbortSignal.timeout(connection.timeoutMs);
  signal.addEventListener('abort', () => socket.destroy(new Error('no answer in time')));
  try {
    return { answer: JSON.parse(await text(socket)) };
  } catch (error) {
    if (signal.aborted) return { error: 'ETIMEDOUT' };
    throw error;
  } finally {
    socket.destroy();
  }
}

async function connectUdp(connection: Connection): Promise<ConnectResult> {
  const socket = createSocket(connection.source.includes(':') ? 'udp6' : 'udp4');
  const signal = AbortSignal.timeout(connection.timeoutMs);
  try {
    socket.bind(connection.sourcePort, connection.source);
    await once(socket, 'listening');
    // Only a connected socket is told of ICMP errors (udp(7)).
    socket.connect(connection.port, connection.destination);
    await once(socket, 'connect');
    socket.send('who are you?');
    const [answer] = await once(socket, 'message', { signal });
    return { answer: JSON.parse(String(answer)) };
  } catch (error) {
    if (signal.aborted) return { error: 'ETIMEDOUT' };
    throw error;
  } finally {
    socket.close();
  }
}

function formatEndpoint(address = '', port = 0): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Connection, ConnectResult } from './messages.ts';

/** Asks who answers there. Rejects with the error of the system call that failed, other than by time. */
export async function connect(connection: Connection): Promise<ConnectResult> {
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

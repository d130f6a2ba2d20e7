import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openServer, type ServerContext } from '../../../src/lab/servers/open-server.ts';
import { address } from '../../support/lab-command/pods.ts';

const identity = { pod: 'web-1', namespace: 'shop', node: 'node-1' };
const loopback = address('127.0.0.1');
const context: ServerContext = {
  identity,
  addresses: [loopback],
  opener: {
    openTcp: () => -1,
    listenSctp: () => {
      throw new Error('no SCTP');
    },
  },
  onError: (error) => {
    throw error;
  },
};

test('HTTP is answered by a response that says who is there', async () => {
  const port = await freePort();
  using _ = openServer({ protocol: 'TCP', port }, context);
  const response = await fetch(`http://127.0.0.1:${port}/any`);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({
    ...identity,
    server: `127.0.0.1:${port}`,
    client: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  });
});

test.each([
  ['any other line', (socket: ReturnType<typeof createConnection>) => socket.write('who are you?\n')],
  ['the end of what is sent', (socket: ReturnType<typeof createConnection>) => socket.end()],
])('%s is answered by a line', async (_, send) => {
  const port = await freePort();
  using _server = openServer({ protocol: 'TCP', port }, context);
  const socket = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true });
  send(socket);
  const answer = await text(socket);
  socket.destroy();
  expect(JSON.parse(answer)).toMatchObject(identity);
});

test('a datagram is answered from the address that it came to', async () => {
  const port = await freePort();
  using _ = openServer({ protocol: 'UDP', port }, context);
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  socket.send('who?', port, '127.0.0.1');
  const [message, from] = await once(socket, 'message');
  socket.close();
  expect(JSON.parse(String(message))).toMatchObject({ ...identity, server: `127.0.0.1:${port}` });
  expect(from).toMatchObject({ address: '127.0.0.1', port });
});

test('a connection ends with the server', async () => {
  const port = await freePort();
  const server = openServer({ protocol: 'TCP', port }, context);
  const socket = createConnection({ host: '127.0.0.1', port }).on('error', () => undefined);
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  // The server has accepted it as soon as it answers another.
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  server[Symbol.dispose]();
  await closed;
});

test('a protocol that the kernel does not have is an error', () => {
  expect(() => openServer({ protocol: 'SCTP', port: 80 }, context)).toThrow('no SCTP');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const found = server.address();
  server.close();
  await once(server, 'close');
  return typeof found === 'object' && found !== null ? found.port : 0;
}

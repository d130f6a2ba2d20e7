import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listeningSockets, readSocketTable } from '../../../src/kernel/node/listening-sockets.ts';

test('a TCP server is found with its process', async () => {
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const name = (await readFile('/proc/self/comm', 'utf8')).trim();
  const found = await listeningSockets(new Set([port]));
  expect(found.filter(({ protocol }) => protocol === 'TCP')).toStrictEqual([
    { protocol: 'TCP', family: 'IPv4', address: '127.0.0.1', port, process: { pid: process.pid, name } },
  ]);
});

test('a UDP socket that is bound is found, and one that is connected is not', async () => {
  await using server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await using client = createSocket('udp4');
  client.connect(port, '127.0.0.1');
  await once(client, 'connect');
  const found = await listeningSockets(new Set([port, client.address().port]));
  expect(found.filter(({ protocol }) => protocol === 'UDP').map((socket) => socket.port)).toStrictEqual([
    port,
  ]);
});

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const rest = '00000000:00000000 00:00000000 00000000     0        0';

test('addresses of IPv4 are read from the words of the machine', () => {
  const text = `${header}   0: 0A32A8C0:7580 00000000:0000 0A ${rest} 4242 1 0000000000000000 100 0 0 10 0\n`;
  expect(readSocketTable(text, { protocol: 'TCP', family: 'IPv4' })).toStrictEqual([
    { protocol: 'TCP', family: 'IPv4', address: '192.168.50.10', port: 30080, inode: '4242' },
  ]);
});

test('addresses of IPv6 as well', () => {
  const text = `${header}   0: 500000FD000000000000000010000000:0035 00000000000000000000000000000000:0000 07 ${rest} 77 2 0000000000000000 0\n`;
  expect(readSocketTable(text, { protocol: 'UDP', family: 'IPv6' })).toMatchObject([
    { address: 'fd00:50::10', port: 53 },
  ]);
});

test('established connections and the header are no servers', () => {
  const text = `${header}   0: 0100007F:1F90 0100007F:C350 01 ${rest} 99 1 0000000000000000 20 4 30 10 -1\n`;
  expect(readSocketTable(text, { protocol: 'TCP', family: 'IPv4' })).toStrictEqual([]);
});

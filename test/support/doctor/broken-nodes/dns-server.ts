/** A name server that knows no name: answers every question on the address and port of its arguments, over UDP and TCP. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const [address = '', port = ''] = process.argv.slice(2);

function refusal(query: Buffer): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8183, 2);
  return answer;
}

const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
udp.on('message', (query, from) => udp.send(refusal(query), from.port, from.address));
udp.bind(Number(port), address);
await once(udp, 'listening');

const tcp = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => socket.write(Buffer.concat([data.subarray(0, 2), refusal(data.subarray(2))])));
});
tcp.listen(Number(port), address);
await once(tcp, 'listening');
process.stdout.write('ready\n');

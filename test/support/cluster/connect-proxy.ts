/**
 * An HTTP proxy that knows nothing but CONNECT, on the address that its arguments name. Plain Node, for it is started as a
 * process of its own in a namespace. Says when it listens, and ends with its standard input.
 */
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';

const [host = '', port = ''] = process.argv.slice(2);
const server = createServer((_, response) => {
  response.writeHead(405).end();
});
server.on('connect', (request, near, head) => {
  const target = new URL(`http://${request.url}`);
  const far = connect({ host: target.hostname, port: Number(target.port) }, () => {
    near.write('HTTP/1.1 200 Connection established\r\n\r\n');
    far.write(head);
    pipeline(near, far, near, () => {});
  });
  far.on('error', () => near.destroy());
});
server.listen({ host, port: Number(port) }, () => process.stdout.write('listening\n'));
process.stdin.resume();
process.stdin.on('end', () => process.exit());

/**
 * Passes every connection to one address on to another, byte by byte, from inside a namespace. Plain Node, for it is
 * started as a process of its own. Standard input tells it: `cut` closes all connections and takes no more, `mend`
 * takes them again. It answers each with a line, as it does when it first listens, and ends with its standard input.
 */
import { once } from 'node:events';
import { connect, createServer, type ListenOptions, type NetConnectOpts, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';

const [from = '', to = ''] = process.argv.slice(2);
const near: ListenOptions = JSON.parse(from);
const far: NetConnectOpts = JSON.parse(to);
const open = new Set<Socket>();
const server = createServer((socket) => {
  const onward = connect(far);
  for (const end of [socket, onward]) {
    open.add(end);
    end.once('close', () => open.delete(end));
    end.setNoDelay(true);
  }
  // A connection that breaks ends both halves; the clients connect again.
  pipeline(socket, onward, socket, () => {});
});

await listen();
const commands = createInterface({ input: process.stdin });
commands.on('line', async (command) => {
  if (command === 'cut') await close();
  else await listen();
});
commands.on('close', () => process.exit());

async function listen(): Promise<void> {
  server.listen(near);
  await once(server, 'listening');
  process.stdout.write('listening\n');
}

async function close(): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of open) socket.destroy();
  await closed;
  process.stdout.write('closed\n');
}

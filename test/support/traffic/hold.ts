/**
 * Holds connections, as argv[2] says in JSON: each sends a word, waits for it to come back, and sends the next, until
 * standard input ends. Prints a line when all are open, and then how each went.
 */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Held, Holding } from './hold-connections.ts';

const { count, source, destination, port }: Holding = JSON.parse(process.argv[2] ?? '');
let ending = false;
process.stdin.on('end', () => {
  ending = true;
});
process.stdin.resume();

const sockets = await Promise.all(Array.from({ length: count }, open));
process.stdout.write('open\n');
process.stdout.write(JSON.stringify(await Promise.all(sockets.map(talk))));

/** Who was reached comes first. */
async function open(): Promise<Socket> {
  const socket = createConnection({ host: destination, port, localAddress: source });
  await once(socket, 'data');
  return socket;
}

async function talk(socket: Socket): Promise<Held> {
  let words = 0;
  try {
    for (; !ending; words += 1) {
      socket.write('word');
      await once(socket, 'data', { signal: AbortSignal.timeout(5_000) });
    }
    return { words };
  } catch (error) {
    return { words, error: error instanceof Error ? error.message : String(error) };
  } finally {
    socket.destroy();
  }
}

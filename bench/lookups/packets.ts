import { createSocket } from 'node:dgram';
import { execa } from 'execa';
import { type Dispatch, dispatchTable } from './dispatch-table.ts';

// Sends packets to an address that no Service has, which are looked up as a new connection is. Prints the nanoseconds of system time
// that each takes.
const [dispatch = '', services = '', count = ''] = process.argv.slice(2);
const nowhere = '10.200.1.1';
/** Packets that wait for their turn at a time. */
const atOnce = 1_000;

await execa('ip', ['route', 'add', 'default', 'dev', 'lo']);
await execa('nft', ['-f', '-'], { input: dispatchTable(dispatchOf(dispatch), Number(services)) });
const socket = createSocket('udp4');
await sendAll(atOnce);
const before = process.cpuUsage();
await sendAll(Number(count));
const { system } = process.cpuUsage(before);
socket.close();
process.stdout.write(JSON.stringify((system * 1_000) / Number(count)));

function dispatchOf(text: string): Dispatch {
  return text === 'none' || text === 'map' ? text : Number(text);
}

async function sendAll(packets: number): Promise<void> {
  for (let sent = 0; sent < packets; sent += atOnce)
    await Promise.all(Array.from({ length: atOnce }, sendOne));
}

/** That the packet was dropped is an error. */
function sendOne(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.send('packet', 80, nowhere, () => resolve());
  return promise;
}

import { readFile, rm } from 'node:fs/promises';
import { startBackground } from './background.ts';
import { commandOn } from './cpus.ts';
import { type Handshakes, readHandshakes } from './handshakes.ts';

/** The handshakes that pass the interface of a client while something goes on. */
export async function captureHandshakes(client: string, during: () => Promise<unknown>): Promise<Handshakes> {
  const path = `/run/${client}.pcap`;
  try {
    {
      // It writes out the last packets as it ends.
      await using _ = await startBackground({
        namespace: client,
        command: commandOn('server', ['tcpdump', ...tcpdumpOptions, '-w', path, handshakePackets]),
        ready: 'listening on',
      });
      await during();
    }
    return readHandshakes(await readFile(path));
  } finally {
    await rm(path, { force: true });
  }
}

/** It stays root (-Z), which alone may write to a new /run, and has room for a second of packets. */
const tcpdumpOptions = [
  ...['-i', 'eth0', '-n', '-p', '-Z', 'root', '--snapshot-length', '64', '--buffer-size', '16384'],
  ...['--time-stamp-precision', 'nano'],
];

const handshakePackets = 'tcp[tcpflags] & tcp-syn != 0';

import { once } from 'node:events';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { SocketOpener } from '../../kernel/open-socket.ts';
import { type Address, formatEndpoint } from '../../net/address.ts';
import type { Namespaces } from './namespaces.ts';

export interface ProbeTarget {
  /** File of the network namespace that connections begin in. */
  readonly network: string;
  readonly address: Address;
  readonly port: number;
  /** Asked for by HTTP, and answered by 200; a connection is enough where it is absent. */
  readonly path?: string;
}

/** Resolves when the target answers; each failure is tried again. Rejects where the signal aborts before. */
export async function untilAnswered(
  target: ProbeTarget,
  { namespaces, opener }: { readonly namespaces: Namespaces; readonly opener: SocketOpener },
  signal?: AbortSignal,
): Promise<void> {
  const { network, address } = target;
  for (;;) {
    const fd = namespaces.inNetwork(network, () => opener.openTcp(address));
    if (await answers(target, new Socket({ fd }))) return;
    await delay(pause, undefined, { signal });
  }
}

async function answers({ address, port, path }: ProbeTarget, socket: Socket): Promise<boolean> {
  const giveUp = AbortSignal.timeout(patience);
  const end = () => socket.destroy();
  giveUp.addEventListener('abort', end);
  try {
    socket.connect(port, address);
    await once(socket, 'connect', { signal: giveUp });
    if (path === undefined) return true;
    socket.write(`GET ${path} HTTP/1.0\r\nHost: ${formatEndpoint(address, port)}\r\n\r\n`);
    return /^HTTP\/1\.\d 200 /.test(await text(socket));
  } catch {
    return false;
  } finally {
    giveUp.removeEventListener('abort', end);
    socket.destroy();
  }
}

/** Milliseconds. A SYN that was dropped is sent again only after a second. */
const [pause, patience] = [20, 500];

import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { SocketOpener } from '../../kernel/open-socket.ts';
import type { Address } from '../../net/address.ts';
import type { Namespaces } from '../runtime/namespaces.ts';

export interface ProbeTarget {
  /** File of the network namespace that the connection begins in. */
  readonly network: string;
  readonly address: Address;
  readonly port: number;
}

/** Resolves when a TCP connection was made; each failure is tried again. */
export async function untilConnected(
  target: ProbeTarget,
  {
    namespaces,
    opener,
    signal,
  }: { readonly namespaces: Namespaces; readonly opener: SocketOpener; readonly signal?: AbortSignal },
): Promise<void> {
  while (!signal?.aborted) {
    if (await connects(target, namespaces, opener)) return;
    await delay(pause);
  }
}

async function connects(
  { network, address, port }: ProbeTarget,
  namespaces: Namespaces,
  opener: SocketOpener,
): Promise<boolean> {
  const fd = namespaces.inNetwork(network, () => opener.openTcp(address));
  const socket = new Socket({ fd });
  try {
    socket.connect(port, address);
    await once(socket, 'connect', { signal: AbortSignal.timeout(patience) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Milliseconds. A SYN that was dropped is sent again only after a second. */
const [pause, patience] = [20, 250];

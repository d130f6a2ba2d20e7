import { once } from 'node:events';
import { connect } from 'node:net';
import type { Address } from '../../net/address.ts';
import type { ConnectOutcome } from '../live-view.ts';

/** Opens a TCP connection and closes it again; waits until the signal aborts. */
export async function tcpConnect(
  address: Address,
  port: number,
  signal: AbortSignal,
): Promise<ConnectOutcome> {
  const socket = connect({ host: address, port, signal });
  try {
    await once(socket, 'connect', { signal });
    return { kind: 'open' };
  } catch (error) {
    if (signal.aborted) return { kind: 'silence' };
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { kind: 'error', code };
  } finally {
    socket.destroy();
  }
}

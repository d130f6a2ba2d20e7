import { bindFileLock } from '../kernel/cni/file-lock.ts';
import { openNodeNetwork } from '../kernel/cni/node-network.ts';
import { withReservations } from '../kernel/cni/reservation-folder.ts';
import type { Machine } from './plugins/plugin.ts';

/** The machine that this process runs on. Rejects where its network is not to be had. */
export async function openMachine(): Promise<Machine & Disposable> {
  const [node, underFileLock] = [await openNodeNetwork(), await bindFileLock()];
  return {
    node,
    withReservations: withReservations(underFileLock),
    [Symbol.dispose]: () => node[Symbol.dispose](),
  };
}

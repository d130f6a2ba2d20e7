import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** What the lab serves on the machine: opened before the daemon leaves the machine's network namespace. */
export interface OutsideListeners {
  /** For kubectl, on 127.0.0.1. */
  readonly api: Server;
  readonly apiPort: number;
  /** For the commands. */
  readonly control: Server;
}

/** Throws the system's error where the socket cannot be made. */
export async function openOutside(socketPath: string): Promise<OutsideListeners> {
  const api = createServer().listen({ host: '127.0.0.1', port: 0 });
  const control = createServer().listen({ path: socketPath });
  await Promise.all([once(api, 'listening'), once(control, 'listening')]);
  const address = api.address();
  return { api, control, apiPort: typeof address === 'object' && address !== null ? address.port : 0 };
}

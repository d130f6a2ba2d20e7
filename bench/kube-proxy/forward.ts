import { once } from 'node:events';
import { connect, createServer, type ListenOptions, type NetConnectOpts, type Server } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

/** Where the API server answers inside the namespace. */
export const insideServer = { host: '127.0.0.1', port: 6443 };

/** A unix socket is a file: unlike an address, it is reached from any network namespace. */
export function outsideSocket(folder: string): { readonly path: string } {
  return { path: join(folder, 'api.sock') };
}

/** Passes every connection to one address on to another, byte by byte; answers once it listens. */
export async function forward(from: ListenOptions, to: NetConnectOpts): Promise<Server> {
  const server = createServer((near) => {
    const far = connect(to);
    // A connection that breaks ends both halves; the clients connect again.
    pipeline(near, far, near, () => {});
  });
  server.listen(from);
  await once(server, 'listening');
  return server;
}

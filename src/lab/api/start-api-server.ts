import type { Server } from 'node:net';
import type { CertificateFiles } from './connections/certificates.ts';
import type { ObjectStore } from './store/object-store.ts';

export interface ApiServerOptions {
  readonly store: ObjectStore;
  /** HTTPS with this certificate; plain HTTP where it is absent. */
  readonly certificates?: CertificateFiles;
  /** Who asks must have it (`Authorization: Bearer`); anybody may where it is absent. */
  readonly token?: string;
  /** What `kubectl logs` shows of a Pod (`namespace/name`); `undefined` where there is no such container. */
  readonly logs?: (pod: string, container: string | undefined) => Promise<string | undefined>;
}

/** Where connections come from: an address of this namespace, a socket that listens already, or a server that does. */
export type Listener = { readonly host: string; readonly port: number } | { readonly fd: number } | Server;

/** An API server that runs; disposing of it ends it and breaks its connections. */
export interface RunningApiServer extends AsyncDisposable {
  /** Takes connections of one more listener; returns its port. Its listeners end with the server. */
  listen(listener: Listener): Promise<number>;
}

/** Serves the objects of a store as a Kubernetes API server does. */
export function startApiServer(options: ApiServerOptions): RunningApiServer {
  throw new Error(`not there yet: ${Object.keys(options)}`);
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Handler, serveHttp } from '../../../../src/lab/api/connections/serve-http.ts';
import { type CertificateFiles, certificateFiles, makeCertificates } from './certificates.ts';
import { kubeconfig } from './kubeconfig.ts';

export interface ListenOptions {
  /** HTTPS with a certificate of an authority of its own; else plain HTTP. */
  readonly tls?: boolean;
  /** More names and addresses that the certificate is for: `DNS:name`, `IP:address`. */
  readonly names?: readonly string[];
  /** Who may ask; anybody where it is absent. A client certificate needs `tls`. */
  readonly credentials?: 'token' | 'client-certificate';
  /** 0, or absent: any free one. */
  readonly port?: number;
}

/** A server that listens; disposing of it ends it, breaks its connections and removes its files. */
export interface Listening extends AsyncDisposable {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** A kubeconfig with all that is needed; it names the token by its file, the certificates by theirs. */
  readonly kubeconfig: string;
  /** The same in a file. */
  readonly kubeconfigPath: string;
  /** Where the token is, as in a service account's folder: `token`, `ca.crt` (with tls), `namespace`. */
  readonly folder: string;
  /** The server takes this token alone from now on, and the file holds it. */
  rotateToken(token: string): Promise<void>;
  /** The server takes this token alone; the file lags behind. */
  acceptToken(token: string): void;
}

/** Serves requests on 127.0.0.1. */
export async function listen(handler: Handler, options: ListenOptions): Promise<Listening> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-apiserver-'));
  const files = options.tls ? await makeCertificates(folder, options.names) : undefined;
  const accepted = { token: 'first-token' };
  const server = await makeServer(files, options, (request, response) =>
    serveHttp(handler, (asking) => isAllowed(asking, options.credentials, accepted.token), request, response),
  );
  const sockets = trackSockets(server);
  const port = await bind(server, options.port ?? 0);
  const url = `${files === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const tokenFile = join(folder, 'token');
  const text = kubeconfig({ url, files, tokenFile, credentials: options.credentials });
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(tokenFile, accepted.token);
  await writeFile(join(folder, 'namespace'), 'kube-system');
  await writeFile(kubeconfigPath, text);
  const acceptToken = (token: string) => Object.assign(accepted, { token });
  return {
    url,
    port,
    folder,
    kubeconfig: text,
    kubeconfigPath,
    acceptToken,
    async rotateToken(token) {
      acceptToken(token);
      await writeFile(tokenFile, token);
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await rm(folder, { recursive: true });
    },
  };
}

function trackSockets(server: http.Server | https.Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function makeServer(
  files: CertificateFiles | undefined,
  { credentials }: ListenOptions,
  listener: http.RequestListener,
): Promise<http.Server | https.Server> {
  if (files === undefined) return http.createServer(listener);
  const { ca, cert, key } = await certificateFiles(files);
  const requestCert = credentials === 'client-certificate';
  return https.createServer({ ca, cert, key, requestCert, rejectUnauthorized: false }, listener);
}

async function bind(server: http.Server | https.Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await promise;
  return (server.address() as AddressInfo).port;
}

function isAllowed(
  request: http.IncomingMessage,
  credentials: ListenOptions['credentials'],
  token: string,
): boolean {
  if (credentials === 'token') return request.headers.authorization === `Bearer ${token}`;
  if (credentials === 'client-certificate')
    return 'authorized' in request.socket && request.socket.authorized === true;
  return true;
}

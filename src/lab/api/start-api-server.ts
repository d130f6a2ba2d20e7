import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, Server, type Socket } from 'node:net';
import { answerRequest } from './answers/answer-request.ts';
import type { Watch } from './answers/answer-watch.ts';
import type { PodLogs } from './answers/pod-logs.ts';
import type { ServerState } from './answers/server-state.ts';
import { answerJson, type Connection, type ServerRequest } from './connections/connection.ts';
import { serveHttp } from './connections/serve-http.ts';
import { defaultSettings } from './settings.ts';
import type { ObjectStore } from './store/object-store.ts';
import { failure, Refusal } from './store/refusal.ts';

export interface ApiServerOptions {
  readonly store: ObjectStore;
  /** HTTPS with this certificate; plain HTTP where it is absent. */
  readonly certificates?: ServerCertificate;
  /**
   * Who asks must have it (`Authorization: Bearer`, or before the path, since kubectl sends none over plain HTTP); anybody may
   * where it is absent.
   */
  readonly token?: string;
  /** What `kubectl logs` shows. */
  readonly logs?: PodLogs;
}

/** Paths of PEM files. */
interface ServerCertificate {
  readonly serverCertificate: string;
  readonly serverKey: string;
}

/** Where connections come from: an address of this namespace, a socket that listens already, or a server that does. */
export type Listener = { readonly host: string; readonly port: number } | { readonly fd: number } | Server;

/** An API server that runs; disposing of it ends it and breaks its connections. */
export interface RunningApiServer extends AsyncDisposable {
  /** Takes connections of one more listener; returns its port. Its listeners end with the server. */
  listen(listener: Listener): Promise<number>;
}

/** Serves the objects of a store as a Kubernetes API server does. */
export function startApiServer({ store, certificates, token, logs }: ApiServerOptions): RunningApiServer {
  const handler = handlerFor({ store, settings: defaultSettings, logs });
  const isAllowed = (request: http.IncomingMessage) => token === undefined || hasToken(request, token);
  const serve: http.RequestListener = (request, response) =>
    void serveHttp(handler.handle, isAllowed, request, response).catch(() => response.destroy());
  const makeServer = serverMaker(certificates, serve);
  const running: Running[] = [];
  return {
    async listen(listener) {
      const one = await start(listener, makeServer());
      running.push(one);
      return one.port;
    },
    async [Symbol.asyncDispose]() {
      handler.end();
      await Promise.all(running.map(stop));
    },
  };
}

/** Takes the token off the path. */
function hasToken(request: http.IncomingMessage, token: string): boolean {
  const { url = '', headers } = request;
  if (headers.authorization === `Bearer ${token}`) return true;
  if (!url.startsWith(`/${token}/`)) return false;
  request.url = url.slice(token.length + 1);
  return true;
}

/** Answers requests, and tells the watches what changes. */
function handlerFor(state: ServerState) {
  const watches = new Set<Watch>();
  const unwatch = state.store.watch((change) => {
    for (const watch of [...watches]) if (watch.resource.kind === change.kind) watch.take(change);
  });
  const handle = (request: ServerRequest, connection: Connection) => {
    const refuse = ({ status }: Refusal) => answerJson(connection, status.code, status);
    try {
      const watch = answerRequest(state, request, { connection, refuse, told: () => {} });
      if (watch === undefined) return;
      watches.add(watch);
      connection.onClose(() => watches.delete(watch));
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      refuse(error instanceof Refusal ? error : new Refusal(failure(500, 'InternalError', cause)));
    }
  };
  return { handle, end: unwatch };
}

function serverMaker(files: ServerCertificate | undefined, serve: http.RequestListener) {
  if (files === undefined) return () => http.createServer(serve);
  const cert = readFileSync(files.serverCertificate);
  const key = readFileSync(files.serverKey);
  return () => https.createServer({ cert, key }, serve);
}

interface Running {
  readonly port: number;
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
}

async function start(listener: Listener, server: http.Server | https.Server): Promise<Running> {
  const sockets = new Set<Socket>();
  const listening = listener instanceof Server ? listener : server;
  listening.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (listening !== server) server.emit('connection', socket);
  });
  if (!(listener instanceof Server)) await begin(server, listener);
  const address = listening.address();
  return { server: listening, sockets, port: isAddress(address) ? address.port : 0 };
}

function begin(server: Server, listener: Exclude<Listener, Server>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(listener, resolve);
  return promise;
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

async function stop({ server, sockets }: Running): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of sockets) socket.destroy();
  await closed;
}

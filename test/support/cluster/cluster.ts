import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, startHost } from '../lab/host.ts';
import { createNamespaces, ipBatch } from '../lab/namespaces.ts';
import { labUnavailable } from '../lab/unavailable.ts';
import { controlAddress, servers } from './addresses.ts';
import type { ApiClient } from './api-client.ts';
import { binariesUnavailable } from './binaries.ts';
import { apiServerPort, ControlPlane, type ControlPlaneSettings } from './control-plane.ts';
import { type ClusterNode, createNode, type NodeOptions } from './node.ts';
import { type Relay, startRelay } from './start-relay.ts';

/** A real API server and network namespaces that reach it, as nodes do. */
export interface Cluster extends AsyncDisposable {
  readonly plane: ControlPlane;
  /** Asks the API server as its administrator. */
  readonly api: ApiClient;
  /** For files that go with it. */
  readonly folder: string;
  /** Where the API server runs. Its address is reached from each node, so endpoints may listen there. */
  readonly host: Host;
  /** A second way to the API server, which can be cut. */
  readonly relay: Relay;
  /** A new machine, with its Node object unless that is left out. */
  addNode(options?: NodeOptions): Promise<ClusterNode>;
}

/** What this machine lacks for a cluster, in words for a skipped test; `undefined` where nothing is missing. */
export function clusterUnavailable(): string | undefined {
  return binariesUnavailable(['etcd', 'kube-apiserver', 'kubectl']) ?? labUnavailable();
}

/** Resolves when the API server is ready. */
export async function startCluster(settings: ControlPlaneSettings = {}): Promise<Cluster> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'portolan-cluster-'));
  resources.defer(() => rm(folder, { recursive: true }));
  const namespaces = resources.use(await createNamespaces(['control']));
  const namespace = namespaces.nameOf('control');
  await ipBatch(controlLines, namespace);
  const host = resources.use(startHost(namespace));
  const server = { host: '127.0.0.1', port: apiServerPort };
  const socketPath = join(folder, 'api.sock');
  resources.use(await startRelay(namespace, { path: socketPath }, server));
  const relay = resources.use(
    await startRelay(namespace, { host: controlAddress, port: Number(new URL(servers.relay).port) }, server),
  );
  const plane = resources.use(
    await ControlPlane.start({
      ...{ namespace, folder, address: controlAddress, reachedBy: { socketPath } },
      ...settings,
    }),
  );
  const all = resources.move();
  let nodes = 0;
  return {
    plane,
    api: plane.api,
    folder,
    host,
    relay,
    addNode: (options = {}) => {
      nodes += 1;
      return createNode({ plane, controlNamespace: namespace, folder, number: nodes }, options);
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const controlLines = [
  'link set lo up',
  'link add nodes type bridge',
  `addr add ${controlAddress}/24 dev nodes`,
  'link set nodes up',
];

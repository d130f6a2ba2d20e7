import { join } from 'node:path';
import type { Address } from '../../../src/net/address.ts';
import { type Host, startHost } from '../lab/host.ts';
import { createNamespaces, ipBatch } from '../lab/namespaces.ts';
import { address as parseAddress } from '../records.ts';
import { controlAddress, servers } from './addresses.ts';
import { type ApiObject, objectPath } from './api-client.ts';
import type { AuditedRequest } from './audit.ts';
import type { ControlPlane } from './control-plane.ts';
import { type KubeconfigContent, writeKubeconfig } from './kubeconfig.ts';
import { type Portolan, startPortolan } from './portolan.ts';

export interface NodeOptions {
  /** The Node object, made from what it usually is; `undefined` for none. */
  readonly object?: (usual: ApiObject) => ApiObject | undefined;
}

/** How Portolan comes to the API server and as whom; what is absent is direct, and by a certificate of its own user. */
export interface Access {
  readonly server?: string;
  readonly user?: KubeconfigContent['user'];
  readonly proxyUrl?: string;
}

/** A machine of a cluster: a network namespace that reaches the API server. */
export interface ClusterNode extends AsyncDisposable {
  readonly name: string;
  /** Of this cluster's machines, from 1. */
  readonly number: number;
  readonly address: Address;
  readonly host: Host;
  /** The Node object that a machine has where nothing else is asked for, and where it is found. */
  readonly usualObject: ApiObject;
  readonly path: string;
  /** Starts Portolan with these flags; in mode nftables where they name none. Nothing is waited for. */
  startPortolan(flags?: readonly string[], access?: Access): Promise<Portolan>;
  /** What Portolan has asked here of the API server, where it is the usual user. */
  requests(): Promise<readonly AuditedRequest[]>;
  /** Its Services' rules, as nft lists them; empty where there are none. */
  nftables(): Promise<string>;
}

interface Place {
  readonly plane: ControlPlane;
  readonly controlNamespace: string;
  readonly folder: string;
  /** From 1 to 99. */
  readonly number: number;
}

/** Makes a machine and its Node object. */
export async function createNode(place: Place, options: NodeOptions): Promise<ClusterNode> {
  const { plane, number, folder } = place;
  await using resources = new AsyncDisposableStack();
  const name = `node-${number}`;
  const address = parseAddress(`192.168.60.${100 + number}`);
  const namespace = await wire(place, address, resources);
  const host = resources.use(startHost(namespace));
  const usualObject = nodeObject(name, number, address);
  const object = (options.object ?? ((usual) => usual))(usualObject);
  if (object !== undefined) await plane.api.create(object);
  const userName = `proxy-${number}`;
  const { certificate, key } = await plane.certificates.client(userName);
  const own = { 'client-certificate': certificate, 'client-key': key };
  const all = resources.move();
  return {
    ...{ name, number, address, host, usualObject },
    path: objectPath(usualObject),
    async startPortolan(flags = [], access = {}) {
      const { server = servers.direct, user = own, ...more } = access;
      const kubeconfig = join(folder, `${name}.kubeconfig`);
      await writeKubeconfig(kubeconfig, { server, authority: plane.certificates.authority, user, ...more });
      const portolan = startPortolan(
        { namespace, kubeconfig, nodeName: name, folder: join(folder, name) },
        flags,
      );
      return all.use(portolan);
    },
    requests: async () => (await plane.requests()).filter((request) => request.user === userName),
    nftables: () => host.exec('sh', ['-c', 'nft list table ip portolan 2>/dev/null || :']),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A namespace on a cable to the machine of the API server, by which it also reaches everything else. */
async function wire(
  { controlNamespace, number }: Place,
  address: Address,
  resources: AsyncDisposableStack,
): Promise<string> {
  const port = `node${number}`;
  const namespaces = resources.use(
    await createNamespaces(['node'], (nameOf) => [
      `link add eth0 netns ${nameOf('node')} type veth peer name ${port} netns ${controlNamespace}`,
    ]),
  );
  const namespace = namespaces.nameOf('node');
  await ipBatch([`link set ${port} master nodes`, `link set ${port} up`], controlNamespace);
  await ipBatch(
    [
      'link set lo up',
      'link set eth0 up',
      `addr add ${address}/24 dev eth0`,
      `route add default via ${controlAddress}`,
    ],
    namespace,
  );
  return namespace;
}

function nodeObject(name: string, number: number, address: Address): ApiObject {
  const podCIDR = `10.244.${number}.0/24`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: { addresses: [{ type: 'InternalIP', address }] },
  };
}

import { randomBytes, randomUUID } from 'node:crypto';
import type { Address } from '../../net/address.ts';
import type { Pod } from '../api/kinds/kinds.ts';
import { addressesOf } from '../cni/addresses.ts';
import { loopback } from '../cni/networks.ts';
import type { Attachment } from '../cni/runtime.ts';
import { namespaceFolder, namespaceSettings, setInNamespace } from '../network/underlay.ts';
import { resolverSettings } from './pod-files.ts';
import type { PodHost } from './pod-host.ts';
import { portMappings } from './served-ports.ts';

/** The network of a pod that runs. */
export interface JoinedNetwork {
  readonly file: string;
  readonly addresses: readonly Address[];
  leave(): Promise<void>;
  /** Leaves without a word to the plugins. */
  cutOff(): void;
}

/** The node's own network for a Pod that asks for it, else one of the pod's. Rejects with a sentence for people. */
export async function joinNetwork(pod: Pod, host: PodHost): Promise<JoinedNetwork> {
  return pod.spec.hostNetwork === true ? nodeNetwork(host) : await ownNetwork(pod, host);
}

function nodeNetwork({ network, addresses }: PodHost): JoinedNetwork {
  return { file: network, addresses, leave: async () => undefined, cutOff: () => undefined };
}

/** A network namespace of the pod's own, and its interfaces in all networks at once, as containerd makes them. */
async function ownNetwork(pod: Pod, host: PodHost): Promise<JoinedNetwork> {
  const file = `${namespaceFolder}/cni-${randomUUID()}`;
  const attachment = attachmentOf(pod, host, file);
  const list = host.podNetwork();
  const networks = [
    ...(host.setUpLoopback === undefined
      ? [{ list: loopback, attachment: { ...attachment, interfaceName: 'lo', capabilities: {} } }]
      : []),
    { list, attachment },
  ];
  const cutOff = () => host.namespaces.removeNetwork(file);
  const leave = async () => {
    try {
      for (const joined of networks.toReversed()) await host.cni.remove(joined.list, joined.attachment);
    } finally {
      cutOff();
    }
  };
  host.namespaces.makeNetwork(file);
  try {
    host.namespaces.inNetwork(file, () => {
      setInNamespace(namespaceSettings);
      host.setUpLoopback?.();
    });
    const results = await settled(networks.map((joined) => host.cni.add(joined.list, joined.attachment)));
    const addresses = addressesOf(results.at(-1));
    if (addresses.length === 0) throw new Error('the CNI plugins gave the pod no address');
    return { file, addresses, leave, cutOff };
  } catch (error) {
    // What failed half-way is taken back; what is wrong with that is less than what went wrong first.
    await leave().catch(() => undefined);
    throw error;
  }
}

/** `CNI_ARGS` and capabilities as of containerd (internal/cri/server/sandbox_run.go). */
function attachmentOf(pod: Pod, { dns }: PodHost, network: string): Attachment {
  const container = randomBytes(32).toString('hex');
  const { name, namespace = 'default', uid } = pod.metadata;
  const mappings = portMappings(pod);
  return {
    container,
    network,
    interfaceName: 'eth0',
    args: [
      ['IgnoreUnknown', '1'],
      ['K8S_POD_NAMESPACE', namespace],
      ['K8S_POD_NAME', name],
      ['K8S_POD_INFRA_CONTAINER_ID', container],
      ['K8S_POD_UID', uid],
    ],
    capabilities: {
      dns: resolverSettings(pod, dns),
      ...(mappings.length > 0 ? { portMappings: mappings } : {}),
    },
  };
}

/** All results, or the first failure, when all have ended. */
async function settled<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

import { createNamespaces, ipBatch } from '../../test/support/lab/namespaces.ts';
import { setSysctl } from './nodes/forwarder.ts';

/** A client and a pod, each a network namespace on a cable of its own to the node. */
export interface Hosts extends AsyncDisposable {
  readonly client: string;
  readonly pod: string;
}

/**
 * Plugs a new client and a new pod into a node. They start without sockets that wait for stray packets
 * (TIME-WAIT): those of an earlier measurement would hold ports, and refuse SYNs.
 */
export async function plugIn(node: string, podAddress: string): Promise<Hosts> {
  const namespaces = await createNamespaces(['client', 'pod'], (nameOf) => [
    `link add eth0 netns ${nameOf('client')} type veth peer name client netns ${node}`,
    `link add eth0 netns ${nameOf('pod')} type veth peer name pod netns ${node}`,
  ]);
  const [client, pod] = [namespaces.nameOf('client'), namespaces.nameOf('pod')];
  await ipBatch(hostLines(clientAddress), client);
  await ipBatch(hostLines(podAddress), pod);
  await ipBatch([...nodeLines('client', clientAddress), ...nodeLines('pod', podAddress)], node);
  await setSysctl(client, 'net/ipv4/ip_local_port_range', '1024 65535');
  return {
    client,
    pod,
    async [Symbol.asyncDispose]() {
      // The kernel removes a namespace's links some time later; the next client needs the name at once.
      await ipBatch(['link del client', 'link del pod'], node);
      await namespaces[Symbol.asyncDispose]();
    },
  };
}

/**
 * Inside the pods' network, as a pod that connects to a Service would be, and no pod of a generated cluster.
 */
const clientAddress = '10.255.0.2';
const gateway = '169.254.1.1';

function hostLines(address: string): readonly string[] {
  return [
    'link set lo up',
    'link set eth0 up',
    `addr add ${address}/32 dev eth0`,
    `route add ${gateway} dev eth0 scope link`,
    `route add default via ${gateway} dev eth0`,
  ];
}

function nodeLines(device: string, address: string): readonly string[] {
  return [
    `link set ${device} up`,
    `addr add ${gateway}/32 dev ${device}`,
    `route add ${address} dev ${device}`,
  ];
}

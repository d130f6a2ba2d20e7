import type { Cidr } from '../../net/cidr.ts';
import type { CniChoice } from '../lab-spec.ts';
import type { NetworkList } from './network-list.ts';

export interface PodNetwork {
  readonly cni: CniChoice;
  /** Of the specification. */
  readonly version: string;
  /** Pod ranges of the node, one of a family. */
  readonly podCidrs: readonly Cidr[];
  /** Where host-local keeps its files. */
  readonly dataDir: string;
  /** Bytes; what fits into the network between the nodes. */
  readonly mtu: number;
  /** Whether portmap is there, for `hostPort`. */
  readonly hasPortmap: boolean;
}

/** The network that containerd has for every pod on its own, before the one that is configured. */
export const loopback: NetworkList = {
  cniVersion: '1.0.0',
  name: 'cni-loopback',
  plugins: [{ type: 'loopback' }],
};

/** The pods' network of a node. */
export function podNetwork(network: PodNetwork): NetworkList {
  const portmap = { type: 'portmap', capabilities: { portMappings: true }, snat: true };
  return {
    cniVersion: network.version,
    name: 'lab',
    plugins: [
      network.cni === 'portolan' ? portolan(network) : reference(network),
      ...(network.hasPortmap ? [portmap] : []),
    ],
  };
}

function portolan({ podCidrs, dataDir, mtu }: PodNetwork) {
  return { type: 'portolan', bridge: 'cni0', mtu, ipam: hostLocal(podCidrs, dataDir) };
}

/** Masquerading is done at the edge of the cluster, and not between pods as `ipMasq` would. */
function reference({ podCidrs, dataDir, mtu }: PodNetwork) {
  return {
    type: 'bridge',
    bridge: 'cni0',
    isDefaultGateway: true,
    hairpinMode: true,
    mtu,
    ipam: hostLocal(podCidrs, dataDir),
  };
}

function hostLocal(podCidrs: readonly Cidr[], dataDir: string) {
  return { type: 'host-local', dataDir, ranges: podCidrs.map((subnet) => [{ subnet }]) };
}

import type { DetectLocal } from '../../../config/proxy-config.ts';
import { type Address, familyOf } from '../../../net/address.ts';
import { type Cidr, cidrContains, cidrFamily, networkAddress } from '../../../net/cidr.ts';
import type { Finding } from '../../check.ts';
import { few } from '../few.ts';

/** How the node recognises traffic of its pods, and the pods that it has. */
export interface LocalDetection {
  readonly detectLocal: DetectLocal;
  readonly podCIDRs: readonly Cidr[];
  /** Endpoints on this node that are not the node itself. */
  readonly pods: readonly Address[];
  readonly interfaces: readonly string[];
}

/**
 * Pods that local detection does not recognise: they are masqueraded, and policy Local treats them as outside clients.
 */
export function judgeLocalDetection({
  detectLocal,
  podCIDRs,
  pods,
  interfaces,
}: LocalDetection): readonly Finding[] {
  switch (detectLocal.mode) {
    case 'ClusterCIDR':
      return Object.values(detectLocal.cidrs).flatMap((cidr) => wrongClusterCIDR(cidr, podCIDRs, pods));
    case 'NodeCIDR':
      return podCIDRs.length > 0
        ? wrongNodeCIDR(podCIDRs, pods)
        : [
            wrongDetector(
              'detectLocalMode: NodeCIDR; the Node has no podCIDRs',
              'detectLocalMode is NodeCIDR, and the Node object has no podCIDR: pods cannot be told from the outside',
              'set detectLocalMode: ClusterCIDR and clusterCIDR, or let kube-controller-manager allocate node CIDRs',
            ),
          ];
    case 'BridgeInterface':
      return interfaces.includes(detectLocal.interface)
        ? []
        : [noInterface('BridgeInterface', detectLocal.interface, interfaces)];
    case 'InterfaceNamePrefix':
      return pods.length === 0 || interfaces.some((name) => name.startsWith(detectLocal.prefix))
        ? []
        : [noInterface('InterfaceNamePrefix', `${detectLocal.prefix}*`, interfaces)];
  }
}

function wrongClusterCIDR(
  cidr: Cidr,
  podCIDRs: readonly Cidr[],
  pods: readonly Address[],
): readonly Finding[] {
  const ranges = podCIDRs.filter(
    (range) => cidrFamily(range) === cidrFamily(cidr) && !cidrContains(cidr, networkAddress(range)),
  );
  const outside = pods.filter((pod) => familyMatches(cidr, pod) && !cidrContains(cidr, pod));
  if (ranges.length === 0 && outside.length === 0) return [];
  const whose =
    ranges.length > 0 ? `podCIDR ${ranges.join(', ')} of this node` : `pods of this node: ${few(outside)}`;
  return [
    wrongDetector(
      `clusterCIDR ${cidr}; ${whose}`,
      `clusterCIDR ${cidr} does not hold the ${whose}: their traffic to Services is taken for the outside's and masqueraded`,
      "set clusterCIDR to the range that all nodes' podCIDRs are of",
    ),
  ];
}

function wrongNodeCIDR(podCIDRs: readonly Cidr[], pods: readonly Address[]): readonly Finding[] {
  const outside = pods.filter(
    (pod) =>
      podCIDRs.some((cidr) => familyMatches(cidr, pod)) && !podCIDRs.some((cidr) => cidrContains(cidr, pod)),
  );
  if (outside.length === 0) return [];
  return [
    wrongDetector(
      `detectLocalMode: NodeCIDR; podCIDRs ${podCIDRs.join(', ')}; pods of this node: ${few(outside)}`,
      `detectLocalMode is NodeCIDR, and the Node's podCIDR ${podCIDRs.join(', ')} does not hold ${few(outside)} on this node: the network plugin gives addresses by itself`,
      'set detectLocalMode: ClusterCIDR, BridgeInterface or InterfaceNamePrefix, as the network plugin advises',
    ),
  ];
}

function noInterface(mode: string, name: string, interfaces: readonly string[]): Finding {
  return wrongDetector(
    `detectLocalMode: ${mode} with ${name}; interfaces: ${few(interfaces, 8)}`,
    `detectLocalMode is ${mode}, and this node has no interface ${name}: all pods' traffic is taken for the outside's and masqueraded`,
    'set detectLocal.bridgeInterface or detectLocal.interfaceNamePrefix to what the network plugin makes',
  );
}

function wrongDetector(looked: string, finding: string, next: string): Finding {
  return { severity: 'fault', looked, finding, next };
}

function familyMatches(cidr: Cidr, address: Address): boolean {
  return cidrFamily(cidr) === familyOf(address);
}

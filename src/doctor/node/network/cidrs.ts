import type { Route } from '../../../kernel/node/machine.ts';
import { type Address, familyOf } from '../../../net/address.ts';
import { cidrContains, cidrFamily } from '../../../net/cidr.ts';
import { contains, isHost, overlap } from '../../../net/networks.ts';
import type { Finding } from '../../check.ts';
import { few } from '../../cluster/few.ts';
import { defineCheck } from '../../doctor-check.ts';
import { type ClusterNetworks, type Named, observeNetworks } from './cluster-networks.ts';

/** Whether the networks of nodes, pods and Services are disjoint, as Kubernetes requires. */
export const cidrs = defineCheck<ClusterNetworks>({
  check: 'cidrs',
  title: 'Networks of nodes, pods and Services',
  observe: observeNetworks,
  judge: judgeNetworks,
});

export function judgeNetworks(observed: ClusterNetworks): readonly Finding[] {
  const networks = hasOwnAddressing(observed) ? { ...observed, pods: [] } : observed;
  const found = [
    ...servicesAndOthers(networks),
    ...nodesAndPods(networks),
    ...networks.pods.flatMap((pod) => outsideCluster(pod, networks.cluster)),
    ...networks.routes.flatMap((route) => misleadingRoute(route, networks)),
  ];
  if (found.length > 0) return found;
  const ofCluster = [...networks.services, ...networks.pods, ...networks.cluster];
  if (ofCluster.length === 0) return [];
  const all = [...ofCluster, ...networks.links];
  const names = few(
    all.map(({ name }) => name),
    8,
  );
  return [
    {
      severity: 'ok',
      looked: names,
      finding: `${few([...new Set(all.map(({ cidr }) => cidr))], 4)} are apart`,
    },
  ];
}

/** No host may have an address of the service network: packets for it are translated before they are routed. */
function servicesAndOthers({ services, pods, cluster, links }: ClusterNetworks): readonly Finding[] {
  return services.flatMap((service) =>
    overlapping(service, [...pods, ...cluster, ...links]).map((other): Finding => {
      return {
        severity: 'fault',
        looked: `${service.name}, ${other.name}`,
        finding: `${service.name} and ${other.name} overlap: where a Service has the address of a ${'device' in other ? 'host' : 'pod'}, that is not reached`,
        next:
          'device' in other
            ? `give the cluster a ServiceCIDR apart from ${other.cidr}, or ${other.device} another network`
            : `give the cluster a ServiceCIDR apart from ${other.cidr}; Services keep their addresses until they are made anew`,
      };
    }),
  );
}

function overlapping<Other extends Named>(one: Named, others: readonly Other[]): readonly Other[] {
  const found = others.filter(({ cidr }) => overlap(one.cidr, cidr));
  // clusterCIDR usually contains the node's pod CIDR; the narrower network is the one to report.
  return found.filter(
    (other) =>
      !found.some(
        (inner) =>
          inner !== other && 'device' in inner === 'device' in other && contains(other.cidr, inner.cidr),
      ),
  );
}

function nodesAndPods({ pods, cluster, links, podAddresses }: ClusterNetworks): readonly Finding[] {
  return links.flatMap((link): Finding[] => {
    const own = pods.find(({ cidr }) => overlap(cidr, link.cidr));
    if (own !== undefined)
      return [
        {
          severity: 'fault',
          looked: `${own.name}, ${link.name}`,
          finding: `${own.name} and ${link.name} overlap: packets for pods leave by ${link.device}, or those for its hosts go to pods`,
          next: `give the pods a network apart from ${link.cidr} (--cluster-cidr of kube-controller-manager and the CNI plugin's), or ${link.device} another one`,
        },
      ];
    const all = cluster.find(({ cidr }) => overlap(cidr, link.cidr));
    if (all === undefined || hasUnassigned(all, pods, podAddresses)) return [];
    return [
      {
        severity: link.ofNode ? 'fault' : 'warning',
        looked: `${all.name}, ${link.name}`,
        finding: link.ofNode
          ? `${all.name} and ${link.name}, which holds the node's own address, overlap: nodes are taken for pods, so that what they send to Services is not masqueraded, and pods may get addresses of nodes`
          : `${all.name} and ${link.name} overlap: pods with addresses of ${link.cidr} are not reached from this node`,
        next: `set clusterCIDR to the networks of pods alone, and give these a network apart from ${link.cidr}`,
      },
    ];
  });
}

/** Some CNI plugins give pods addresses of the nodes' networks: clusterCIDR contains these networks rightly then. */
function hasUnassigned(cluster: Named, pods: readonly Named[], addresses: readonly Address[]): boolean {
  return addresses.some(
    (address) => cidrContains(cluster.cidr, address) && !pods.some(({ cidr }) => cidrContains(cidr, address)),
  );
}

/** Some CNI plugins give pods addresses outside the Node's pod CIDRs, which mean nothing then. */
function hasOwnAddressing({ pods, podAddresses }: ClusterNetworks): boolean {
  return podAddresses.some(
    (address) =>
      pods.some(({ cidr }) => cidrFamily(cidr) === familyOf(address)) &&
      !pods.some(({ cidr }) => cidrContains(cidr, address)),
  );
}

/** Pods outside clusterCIDR: detectLocalMode ClusterCIDR takes them for outside clients. */
function outsideCluster(pod: Named, cluster: readonly Named[]): readonly Finding[] {
  const same = cluster.filter(({ cidr }) => cidrFamily(cidr) === cidrFamily(pod.cidr));
  if (same.length === 0 || same.some(({ cidr }) => contains(cidr, pod.cidr))) return [];
  const names = same.map(({ name }) => name).join(', ');
  return [
    {
      severity: 'warning',
      looked: `${pod.name}, ${names}`,
      finding: `${pod.name} is not inside ${names}: what this node's pods send to Services is masqueraded as if it came from outside, and policy Local drops it`,
      next: 'set clusterCIDR to a network that holds the pod CIDRs of all nodes, or detectLocalMode: NodeCIDR',
    },
  ];
}

/** A route that leads packets for this node's pods away, or to hosts inside the service CIDR. */
function misleadingRoute(
  route: Route,
  { pods, services, podInterfaces, podAddresses }: ClusterNetworks,
): readonly Finding[] {
  const { destination, hops, table, type } = route;
  const [hop] = hops.filter(({ device, gateway }) => gateway !== undefined && !podInterfaces.has(device));
  if (hop === undefined || type !== 'unicast' || table !== 'main') return [];
  const text = `the route to ${destination} via ${hop.gateway} dev ${hop.device}`;
  const pod = pods.find(({ cidr }) => contains(cidr, destination));
  const taken = podAddresses.some((address) => cidrContains(destination, address));
  // A CNI plugin may assign unused parts of this node's pod CIDR to other nodes.
  if (pod !== undefined && !taken && pod.cidr !== destination) return [];
  if (pod !== undefined)
    return [
      {
        severity: 'fault',
        looked: `${text}, ${pod.name}`,
        finding: `${text} takes packets for ${pod.name} away from this node: another node has the same network, or the route is left over`,
        next: `ip route del ${destination} via ${hop.gateway} dev ${hop.device}, and see who made it (ip route show ${destination})`,
      },
    ];
  // A route to all Services, or to one address, is meant for the node's own connections to them.
  const inside = ({ cidr }: Named) => contains(cidr, destination) && cidr !== destination;
  const service = isHost(destination) ? undefined : services.find(inside);
  if (service === undefined) return [];
  return [
    {
      severity: 'warning',
      looked: `${text}, ${service.name}`,
      finding: `${text} leads to hosts inside ${service.name}: where a Service has the address of one, that is not reached`,
      next: 'give those hosts, or the Services, another network',
    },
  ];
}

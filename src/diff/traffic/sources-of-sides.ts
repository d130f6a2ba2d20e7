import { type Address, familyOf, isLoopback } from '../../net/address.ts';
import { type Cidr, cidrFamily } from '../../net/cidr.ts';
import type { Family } from '../../net/family.ts';
import { localDetector } from '../../plan/local-detector.ts';
import type { Interval } from '../../rules-text/rule.ts';
import { ruleEndpoints } from './from-rules/rule-endpoints.ts';
import { cidrInterval } from './intervals.ts';
import type { OpenedObjects, OpenedSide } from './opened-side.ts';
import type { TrafficSources } from './traffic-sources.ts';

/** The traffic sources, as far as both sides know them. */
export function trafficSourcesOf(
  family: Family,
  sides: readonly OpenedSide[],
  knownAddresses: readonly Address[],
): TrafficSources {
  const objects = sides.flatMap((side) => side.objects ?? []);
  const addresses = [
    ...knownAddresses,
    ...objects.flatMap(({ facts }) => facts.localAddresses),
    ...sides.flatMap(({ rules }) => rules.nodeAddresses),
  ];
  const isOwn = (address: Address) => familyOf(address) === family && !isLoopback(address);
  const own = new Set(addresses.filter(isOwn));
  const networksOf = (cidrs: readonly Cidr[]) =>
    distinct(cidrs.filter((cidr) => cidrFamily(cidr) === family).map(cidrInterval));
  return {
    family,
    nodeAddresses: own.size > 0 ? [...own] : [standIn[family]],
    ...endpointsOf(sides, objects),
    nodePodNetworks: networksOf(objects.flatMap(({ facts }) => facts.node?.podCIDRs ?? [])),
    podNetworks: distinct([
      ...networksOf(objects.flatMap((one) => podCIDRsOf(one, family))),
      ...sides.flatMap(({ rules }) => rules.podNetworks),
    ]),
    serviceNetworks: networksOf(objects.flatMap(({ serviceCIDRs }) => serviceCIDRs)),
    podInterface: sides.flatMap(({ rules }) => rules.podInterface ?? [])[0],
  };
}

/** Takes the place of an unknown node address: rules that match local addresses match any of the node's. */
const standIn = { IPv4: '192.0.2.250' as Address, IPv6: '2001:db8:250::250' as Address };

/** The endpoints of Services. Without objects, nothing says which of them are on this node. */
function endpointsOf(
  sides: readonly OpenedSide[],
  objects: readonly OpenedObjects[],
): Pick<TrafficSources, 'endpointsHere' | 'endpointsElsewhere'> {
  const here = new Set<Address>();
  const elsewhere = new Set<Address>();
  for (const { endpoints } of objects.flatMap(({ plans }) => [...plans.values()].flat())) {
    for (const { address } of endpoints.onThisNode) here.add(address);
    for (const { address } of endpoints.reachable) if (!here.has(address)) elsewhere.add(address);
  }
  if (objects.length === 0)
    for (const side of sides) for (const address of ruleEndpoints(side)) elsewhere.add(address);
  return {
    endpointsHere: here,
    endpointsElsewhere: new Set([...elsewhere].filter((address) => !here.has(address))),
  };
}

function podCIDRsOf({ config, facts }: OpenedObjects, family: Family): readonly Cidr[] {
  const detector = localDetector(family, config.detectLocal, facts.node);
  return detector?.by === 'cidr' ? [detector.cidr] : [];
}

function distinct(networks: readonly Interval[]): readonly Interval[] {
  return [...new Map(networks.map((network) => [`${network.from}-${network.to}`, network])).values()];
}

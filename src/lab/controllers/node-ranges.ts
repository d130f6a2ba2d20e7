import { type Cidr, cidrFamily } from '../../net/cidr.ts';
import { type Family, families } from '../../net/family.ts';
import type { Objects } from '../api/store/objects.ts';
import { subnetAt, subnetCount } from '../network/ranges.ts';
import { type Action, update } from './action.ts';

/** As kube-controller-manager has them by default. */
const lengths: Readonly<Record<Family, number>> = { IPv4: 24, IPv6: 64 };

/** Gives each Node without a range the first one of each family that no other has. */
export function giveNodeRanges(
  objects: Objects,
  podCIDRs: Readonly<Partial<Record<Family, Cidr>>>,
): readonly Action[] {
  const nodes = objects.list('Node');
  const taken = new Set(nodes.flatMap(({ spec }) => spec?.podCIDRs ?? []));
  const ofCluster = families.map((family) => podCIDRs[family]).filter((cidr) => cidr !== undefined);
  return nodes.flatMap(({ spec, ...node }) => {
    if ((spec?.podCIDRs ?? []).length > 0 || node.metadata.deletionTimestamp !== undefined) return [];
    const own = ofCluster.map((cidr) => freeSubnet(cidr, taken)).filter((cidr) => cidr !== undefined);
    const [podCIDR] = own;
    if (podCIDR === undefined || own.length < ofCluster.length) return [];
    for (const cidr of own) taken.add(cidr);
    return [update({ ...node, spec: { ...spec, podCIDR, podCIDRs: own } })];
  });
}

function freeSubnet(cidr: Cidr, taken: ReadonlySet<string>): string | undefined {
  const length = lengths[cidrFamily(cidr)];
  for (let index = 0n; index < subnetCount(cidr, length); index += 1n) {
    const subnet = subnetAt(cidr, length, index);
    if (!taken.has(subnet)) return subnet;
  }
  return undefined;
}

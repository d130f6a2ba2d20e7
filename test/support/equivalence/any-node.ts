import fc from 'fast-check';
import type { Change, NodeRecord } from '../../../src/state/records.ts';
import { cidr } from '../records.ts';
import { nodeAddresses } from './settings.ts';

/** The Node as its kubelet writes it: zone, own addresses in some order, pods' networks. */
export const anyNode: fc.Arbitrary<Change[]> = fc
  .record({
    zone: fc.constantFrom('a', 'b', ''),
    addresses: fc.constantFrom(nodeAddresses, nodeAddresses.toReversed(), nodeAddresses.slice(0, 1)),
    network: fc.constantFrom(0, 7),
    gone: fc.nat({ max: 5 }).map((chance) => chance === 5),
  })
  .map(({ zone, addresses, network, gone }) => {
    const record: NodeRecord = {
      name: 'node-0',
      zone,
      addresses,
      podCIDRs: [cidr(`10.244.${network}.0/24`), cidr(`fd00:10:244:${network}::/64`)],
      beingDeleted: false,
    };
    return [{ kind: 'Node', key: 'node-0', record: gone ? undefined : record }];
  });

export const anyServiceCIDR: fc.Arbitrary<Change[]> = fc
  .record({
    name: fc.constantFrom('kubernetes', 'more'),
    cidrs: fc.constantFrom(['10.96.0.0/16', 'fd00:96::/112'], ['10.96.0.0/24'], ['10.97.0.0/24'], undefined),
  })
  .map(({ name, cidrs }) => [
    { kind: 'ServiceCIDR', key: name, record: cidrs && { name, cidrs: cidrs.map(cidr) } },
  ]);

import type { InterfaceName, InterfaceNamePrefix } from '../config/interface-name.ts';
import type { DetectLocal } from '../config/proxy-config.ts';
import { type Cidr, cidrFamily } from '../net/cidr.ts';
import type { Family } from '../net/family.ts';
import type { NodeRecord } from '../state/records.ts';

/** How traffic of this node's pods is recognised (`detectLocalMode`). */
export type LocalDetector =
  | { readonly by: 'cidr'; readonly cidr: Cidr }
  | { readonly by: 'interface'; readonly interface: InterfaceName }
  | { readonly by: 'interface-prefix'; readonly prefix: InterfaceNamePrefix };

/** The detector of one family; `undefined` where pod traffic cannot be recognised. */
export function localDetector(
  family: Family,
  detectLocal: DetectLocal,
  node: NodeRecord | undefined,
): LocalDetector | undefined {
  switch (detectLocal.mode) {
    case 'ClusterCIDR':
      return byCidr(detectLocal.cidrs[family]);
    case 'NodeCIDR':
      return byCidr(node?.podCIDRs.find((cidr) => cidrFamily(cidr) === family));
    case 'BridgeInterface':
      return { by: 'interface', interface: detectLocal.interface };
    case 'InterfaceNamePrefix':
      return { by: 'interface-prefix', prefix: detectLocal.prefix };
  }
}

function byCidr(cidr: Cidr | undefined): LocalDetector | undefined {
  return cidr === undefined ? undefined : { by: 'cidr', cidr };
}

import { type Cidr, cidrFamily } from '../net/cidr.ts';
import { families } from '../net/family.ts';

/** The name of the file: runtimes take the first one in the order of names. */
export const cniConfigName = '10-portolan.conflist';

/**
 * The list of plugins by which a node's pods get addresses of these ranges, and links that carry packets of so many bytes: one range of
 * each family a pod. `portmap` gives it host ports, where that plugin is there.
 */
export function cniConfig(podCIDRs: readonly Cidr[], mtu: number, hasPortmap: boolean): string {
  const ranges = families
    .map((family) => podCIDRs.filter((network) => cidrFamily(network) === family))
    .filter((networks) => networks.length > 0)
    .map((networks) => networks.map((subnet) => ({ subnet })));
  const plugins = [
    { type: 'portolan', bridge: 'cni0', mtu, ipam: { type: 'host-local', ranges } },
    ...(hasPortmap ? [{ type: 'portmap', capabilities: { portMappings: true } }] : []),
  ];
  return `${JSON.stringify({ cniVersion: '1.0.0', name: 'podnet', plugins }, undefined, 2)}\n`;
}

import { vxlanOverhead } from '../../net/vxlan-overhead.ts';
import type { Fields } from './fields.ts';

/** The bridge and the ports of a network, in the fields of the reference plugin bridge. */
export interface BridgeConfiguration {
  readonly name: string;
  /** The bridge has the gateway addresses of the network, and the node forwards packets. */
  readonly isGateway: boolean;
  /** The containers' default routes go by the gateway. */
  readonly isDefaultGateway: boolean;
  /** The bridge's address goes where it is of the same network and another one than the gateway. */
  readonly forceAddress: boolean;
  /** A container reaches itself by a Service that chooses it. */
  readonly hairpinMode: boolean;
  /** Ports reach the node, and not each other. */
  readonly portIsolation: boolean;
  readonly mtu: MtuConfiguration;
}

/** Where the largest packet of the containers comes from, in bytes. */
export type MtuConfiguration =
  | { readonly kind: 'fixed'; readonly mtu: number }
  /** `uplink` is a link's name; `undefined` stands for that of the default route. */
  | { readonly kind: 'uplink'; readonly uplink: string | undefined; readonly overhead: number };

/** Faults are noted by the fields. */
export function readBridge(fields: Fields): BridgeConfiguration {
  const isDefaultGateway = fields.flag('isDefaultGateway');
  for (const [key, reason] of Object.entries(unserved)) {
    if (fields.hasOtherThan(key, [false, 0, null])) fields.unsupported(key, reason);
  }
  return {
    name:
      fields.matching(
        'bridge',
        /^(?!\.{1,2}$)[^/:\s]{1,15}$/,
        'must be a name that Linux takes for an interface',
      ) ?? 'cni0',
    isGateway: isDefaultGateway === true || (fields.flag('isGateway') ?? true),
    isDefaultGateway: isDefaultGateway ?? fields.flag('isGateway') ?? true,
    forceAddress: fields.flag('forceAddress') ?? false,
    hairpinMode: fields.flag('hairpinMode') ?? true,
    portIsolation: fields.flag('portIsolation') ?? false,
    mtu: readMtu(fields),
  };
}

function readMtu(fields: Fields): MtuConfiguration {
  const mtu = fields.integer('mtu', 0, 65_535);
  const uplink = fields.matching('uplink', /^[^/:\s]{1,15}$/, 'must be the name of an interface of the node');
  const encapsulation = fields.oneOf('encapsulation', ['none', 'vxlan-over-ipv4', 'vxlan-over-ipv6']);
  if (mtu !== undefined && mtu !== 0) {
    if (mtu < 68)
      fields.invalid('mtu', `must be 68 at least (RFC 791), or 0 for that of the uplink; it is ${mtu}`);
    for (const key of ['uplink', 'encapsulation'])
      if (fields.has(key)) fields.invalid(key, 'must not be given where "mtu" is a number');
    return { kind: 'fixed', mtu };
  }
  return { kind: 'uplink', uplink, overhead: overheads[encapsulation ?? 'none'] };
}

/** Bytes. */
const overheads = {
  none: 0,
  'vxlan-over-ipv4': vxlanOverhead.IPv4,
  'vxlan-over-ipv6': vxlanOverhead.IPv6,
} as const;

/** Fields of the reference plugin that ask for what this one does not do. Without effect they would be a trap. */
const unserved: Readonly<Record<string, string>> = {
  ipMasq: 'is not supported: "portolan pod-network" masquerades at the edge of the cluster, and only there',
  ipMasqBackend: 'is not supported, as "ipMasq"',
  promiscMode: 'is not supported: "hairpinMode" does what it was for',
  vlan: 'is not supported',
  vlanTrunk: 'is not supported',
  preserveDefaultVlan: 'is not supported',
  macspoofchk: 'is not supported',
  enabledad: 'is not supported: addresses are unique by IPAM, and answer at once',
  disableContainerInterface: 'is not supported',
};

import { type Address, familyOf } from '../../../net/address.ts';
import {
  type Attributes,
  attribute,
  byteAttribute,
  bytesOf,
  hostNumberOf,
  numberAttribute,
} from '../netlink-attributes.ts';
import { addressOfBytes, bytesOfAddress } from './address-attribute.ts';

/** What a VXLAN device has beside what all links have (RFC 7348). */
export interface Vxlan {
  /** The network's identifier, VNI. */
  readonly id: number;
  /** The UDP port of all nodes. */
  readonly port: number;
  /** This node's own end. */
  readonly local: Address;
  /** Index of the link by which the other nodes are reached. */
  readonly link: number;
}

/**
 * Without learning: the entries of the other nodes are set. The outer UDP checksum is left out over IPv4, as RFC 7348, section 5
 * has it, and written over IPv6, where a packet without is dropped.
 */
export function vxlanAttributes({ id, port, local, link }: Vxlan): readonly Uint8Array[] {
  const isIPv4 = familyOf(local) === 'IPv4';
  return [
    numberAttribute(IFLA_VXLAN.id, id),
    attribute(isIPv4 ? IFLA_VXLAN.local : IFLA_VXLAN.local6, bytesOfAddress(local)),
    numberAttribute(IFLA_VXLAN.link, link),
    attribute(IFLA_VXLAN.port, Uint8Array.of(port >> 8, port & 0xff)),
    byteAttribute(IFLA_VXLAN.learning, 0),
    byteAttribute(IFLA_VXLAN.udpChecksum, isIPv4 ? 0 : 1),
  ];
}

/** `undefined` of a device that has no own address, such as one in metadata mode. */
export function vxlanOf(data: Attributes | undefined): Vxlan | undefined {
  const local = bytesOf(data?.find(IFLA_VXLAN.local) ?? data?.find(IFLA_VXLAN.local6));
  if (local === undefined) return undefined;
  return {
    id: hostNumberOf(data?.find(IFLA_VXLAN.id)) ?? 0,
    port: bytesOf(data?.find(IFLA_VXLAN.port))?.readUInt16BE(0) ?? 0,
    local: addressOfBytes(local),
    link: hostNumberOf(data?.find(IFLA_VXLAN.link)) ?? 0,
  };
}

/** In linux/if_link.h. */
const IFLA_VXLAN = { id: 1, link: 3, local: 4, learning: 7, port: 15, local6: 17, udpChecksum: 18 } as const;

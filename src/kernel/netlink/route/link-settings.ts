import { type MacAddress, macAddressBytes } from '../../../net/mac-address.ts';
import { attribute, isLittle, numberAttribute, textAttribute } from '../netlink-attributes.ts';

/** What can be changed of a link. */
export interface LinkSettings {
  readonly name?: string;
  readonly mac?: MacAddress;
  /** Bytes. */
  readonly mtu?: number;
  readonly isUp?: boolean;
  /** Index of the bridge that it is to be a port of; 0 for none. */
  readonly master?: number;
  readonly alias?: string;
  /** A file descriptor of the namespace that it moves to. */
  readonly namespace?: number;
}

/** The attributes of what is named. */
export function linkSettings({
  name,
  mac,
  mtu,
  master,
  alias,
  namespace,
}: LinkSettings): readonly Uint8Array[] {
  return [
    name === undefined ? [] : textAttribute(IFLA.name, name),
    mac === undefined ? [] : attribute(IFLA.address, macAddressBytes(mac)),
    mtu === undefined ? [] : numberAttribute(IFLA.mtu, mtu),
    master === undefined ? [] : numberAttribute(IFLA.master, master),
    alias === undefined ? [] : textAttribute(IFLA.alias, alias),
    namespace === undefined ? [] : numberAttribute(IFLA.namespace, namespace),
  ].flat();
}

/** struct ifinfomsg; `isUp` where that is to be set. */
export function linkHeader({ index = 0, isUp, family = 0 }: LinkHeader): Uint8Array {
  const bytes = new Uint8Array(linkHeaderLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, family);
  view.setInt32(4, index, isLittle);
  view.setUint32(8, isUp === true ? IFF_UP : 0, isLittle);
  view.setUint32(12, isUp === undefined ? 0 : IFF_UP, isLittle);
  return bytes;
}

interface LinkHeader {
  readonly index?: number;
  readonly isUp?: boolean | undefined;
  /** AF_*. */
  readonly family?: number;
}

/** Bytes of struct ifinfomsg. */
export const linkHeaderLength = 16;

/** IFLA_*, in linux/if_link.h. */
export const IFLA = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  portInfo: 12,
  info: 18,
  alias: 20,
  namespace: 28,
} as const;
export const [IFF_UP, IFF_RUNNING] = [0x01, 0x40] as const;

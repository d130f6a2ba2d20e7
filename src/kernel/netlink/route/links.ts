import { type MacAddress, macAddressOf } from '../../../net/mac-address.ts';
import type { Message } from '../messages.ts';
import { bytesOf, hostNumberAt, hostNumberOf, textAttribute, textOf } from '../netlink-attributes.ts';
import { IFLA_INFO_DATA, IFLA_INFO_KIND, linkInfo, type NewLink } from './link-info.ts';
import {
  IFF_RUNNING,
  IFF_UP,
  IFLA,
  type LinkSettings,
  linkHeader,
  linkHeaderLength,
  linkSettings,
} from './link-settings.ts';
import type { RouteSocket } from './route-socket.ts';
import { type Vxlan, vxlanOf } from './vxlan.ts';

/** A network device. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** `veth`, `bridge`, `vxlan`, …; `undefined` of a device of hardware, and of lo. */
  readonly kind: string | undefined;
  readonly mac: MacAddress | undefined;
  /** Bytes. */
  readonly mtu: number;
  readonly isUp: boolean;
  /** Whether packets get through: it is up, and so is what it is connected to. */
  readonly isRunning: boolean;
  /** Index of the bridge that it is a port of. */
  readonly master: number | undefined;
  /** Index of the other end of a veth pair, in whatever namespace that is. */
  readonly peer: number | undefined;
  readonly alias: string | undefined;
  /** Only of a link of kind `vxlan`. */
  readonly vxlan: Vxlan | undefined;
}

/** All links of the namespace. Throws a `KernelError`. */
export function listLinks(socket: RouteSocket): readonly Link[] {
  return socket.list({ type: RTM_GETLINK, header: linkHeader({}), purpose: 'list the links' }).map(linkOf);
}

/** The link of this name; `undefined` where there is none. Throws a `KernelError`. */
export function findLink(socket: RouteSocket, name: string): Link | undefined {
  const reply = socket.get({
    type: RTM_GETLINK,
    header: linkHeader({}),
    attributes: [textAttribute(IFLA.name, name)],
    purpose: `look at the link ${name}`,
  });
  return reply === undefined ? undefined : linkOf(reply);
}

/** Throws a `KernelError`: `EEXIST` where there is a link of this name. */
export function addLink(socket: RouteSocket, link: NewLink): void {
  socket.change({
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    header: linkHeader({}),
    attributes: [...linkSettings(link), linkInfo(link)],
    purpose: `add the ${link.kind} link ${link.name}`,
  });
}

/** Changes what is named, and nothing else. Throws a `KernelError`. */
export function changeLink(socket: RouteSocket, index: number, changes: LinkSettings): void {
  socket.change({
    type: RTM_NEWLINK,
    header: linkHeader({ index, isUp: changes.isUp }),
    attributes: linkSettings(changes),
    purpose: `change the link ${changes.name ?? index}`,
  });
}

/** Removes a link, and with it the other end of a veth pair. Throws a `KernelError`: `ENODEV` where there is none. */
export function removeLink(socket: RouteSocket, index: number): void {
  socket.change({ type: RTM_DELLINK, header: linkHeader({ index }), purpose: `remove the link ${index}` });
}

function linkOf({ body }: Message): Link {
  const header = body.bytes.subarray(body.start - linkHeaderLength, body.start);
  const mac = bytesOf(body.find(IFLA.address));
  const info = body.find(IFLA.info);
  const kind = textOf(info?.find(IFLA_INFO_KIND));
  return {
    index: hostNumberAt(header, 4),
    name: textOf(body.find(IFLA.name)) ?? '',
    kind,
    mac: mac?.length === 6 ? macAddressOf(mac) : undefined,
    mtu: hostNumberOf(body.find(IFLA.mtu)) ?? 0,
    isUp: (hostNumberAt(header, 8) & IFF_UP) !== 0,
    isRunning: (hostNumberAt(header, 8) & IFF_RUNNING) !== 0,
    master: hostNumberOf(body.find(IFLA.master)),
    peer: hostNumberOf(body.find(IFLA.link)),
    alias: textOf(body.find(IFLA.alias)),
    vxlan: kind === 'vxlan' ? vxlanOf(info?.find(IFLA_INFO_DATA)) : undefined,
  };
}

const [RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK] = [16, 17, 18];
const [NLM_F_EXCL, NLM_F_CREATE] = [0x200, 0x400];

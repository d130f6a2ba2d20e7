import { type Address, familyOf } from '../../../net/address.ts';
import { attribute, isLittle } from '../netlink-attributes.ts';
import { bytesOfAddress, familyNumbers } from './address-attribute.ts';
import type { RouteSocket } from './route-socket.ts';

/** A route to one address by several gateways at once, which share its connections (ip-route(8), nexthop). */
export interface MultipathRoute {
  readonly destination: Address;
  /** Of the destination's family; one at least. */
  readonly gateways: readonly Address[];
  /** Index of the link that all of them are on. */
  readonly link: number;
}

/** Adds a route of the main table, or puts it in the place of one to the same destination. Throws a `KernelError`. */
export function replaceMultipathRoute(socket: RouteSocket, route: MultipathRoute): void {
  const { destination, gateways, link } = route;
  const header = new Uint8Array(headerLength);
  const bytes = bytesOfAddress(destination);
  header.set([familyNumbers[familyOf(destination)], bytes.length * 8, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, 0]);
  header[7] = RTN_UNICAST;
  socket.change({
    type: RTM_NEWROUTE,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    header,
    attributes: [
      attribute(RTA_DST, bytes),
      attribute(RTA_MULTIPATH, Buffer.concat(gateways.map((gateway) => nextHop(gateway, link)))),
    ],
    purpose: `set the route to ${destination}`,
  });
}

/** struct rtnexthop with an attribute. */
function nextHop(gateway: Address, link: number): Uint8Array {
  const way = attribute(RTA_GATEWAY, bytesOfAddress(gateway));
  const bytes = Buffer.concat([Buffer.alloc(nextHopLength), way]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint16(0, bytes.length, isLittle);
  view.setInt32(4, link, isLittle);
  return bytes;
}

/** struct rtmsg, struct rtnexthop. */
const [headerLength, nextHopLength] = [12, 8];
const RTM_NEWROUTE = 24;
const [NLM_F_REPLACE, NLM_F_CREATE] = [0x100, 0x400];
const [RT_TABLE_MAIN, RTPROT_STATIC, RTN_UNICAST] = [254, 4, 1];
const [RTA_DST, RTA_GATEWAY, RTA_MULTIPATH] = [1, 5, 9];

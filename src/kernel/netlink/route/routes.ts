import { type Address, familyOf } from '../../../net/address.ts';
import { type Cidr, cidrFamily, parseCidr } from '../../../net/cidr.ts';
import { addressBits, type Family } from '../../../net/family.ts';
import type { Message } from '../messages.ts';
import {
  attribute,
  bytesOf,
  hostNumberAt,
  hostNumberOf,
  isLittle,
  nestedAttribute,
  numberAttribute,
} from '../netlink-attributes.ts';
import { addressOfBytes, bytesOfAddress, familyNumbers } from './address-attribute.ts';
import type { RouteRequest } from './route-request.ts';
import type { RouteSocket } from './route-socket.ts';

/** A route (ip-route(8)), of the main table where none is said. */
export interface Route {
  readonly destination: Cidr;
  /** The next hop; `undefined` where the destination is on the link itself. */
  readonly gateway: Address | undefined;
  /** Index of the link that packets leave by; `undefined` where the gateway decides. */
  readonly link: number | undefined;
  /** The source address of packets that begin here. */
  readonly source?: Address | undefined;
  /** Of two routes to the same destination the one with the smaller metric is taken. */
  readonly metric?: number | undefined;
  /** Whether the gateway counts as reachable on the link though no route says so. */
  readonly isOnLink?: boolean;
  /** Who made it, by a number of rtnetlink.h or of /etc/iproute2/rt_protos; `undefined` stands for an administrator (RTPROT_STATIC). */
  readonly protocol?: number;
  readonly table?: number | undefined;
  /** A number of rtnetlink.h, such as 253 for "on the link"; `undefined` stands for what follows from the gateway. */
  readonly scope?: number | undefined;
  /** Bytes: of the path, and of the largest TCP segments to be announced. */
  readonly mtu?: number | undefined;
  readonly advertisedMss?: number | undefined;
}

/** The unicast routes of the main table. Throws a `KernelError`. */
export function listRoutes(socket: RouteSocket, family: Family): readonly Route[] {
  const header = routeHeader(family, 0);
  return socket
    .list({ type: RTM_GETROUTE, header, purpose: `list the ${family} routes` })
    .flatMap((message) => routeOf(message, family));
}

/** Throws a `KernelError`: `EEXIST` where there is one to the same destination with the same metric. */
export function addRoute(socket: RouteSocket, route: Route): void {
  socket.change({ ...request(route, RTM_NEWROUTE, 'add'), flags: NLM_F_CREATE | NLM_F_EXCL });
}

/** Adds a route, or puts it in the place of one to the same destination with the same metric. Throws a `KernelError`. */
export function replaceRoute(socket: RouteSocket, route: Route): void {
  socket.change({ ...request(route, RTM_NEWROUTE, 'set'), flags: NLM_F_CREATE | NLM_F_REPLACE });
}

/** Throws a `KernelError`: `ESRCH` where there is none. */
export function removeRoute(socket: RouteSocket, route: Route): void {
  socket.change(request(route, RTM_DELROUTE, 'remove'));
}

/** Where packets to the address go: the most specific of these routes, the smallest metric first. */
export function lookUpRoute(socket: RouteSocket, destination: Address): Route | undefined {
  const family = familyOf(destination);
  const header = routeHeader(family, addressBits[family]);
  const reply = socket.get({
    type: RTM_GETROUTE,
    header,
    attributes: [attribute(RTA.destination, bytesOfAddress(destination))],
    purpose: `look up the route to ${destination}`,
  });
  return reply === undefined ? undefined : routeOf(reply, family)[0];
}

function request(route: Route, type: number, verb: string): RouteRequest {
  const { destination, gateway, link, source, metric, isOnLink, protocol = RTPROT_STATIC } = route;
  const { table = RT_TABLE_MAIN, scope } = route;
  const family = cidrFamily(destination);
  const [network, length] = destination.split('/');
  const header = routeHeader(family, Number(length));
  // A number of 8 bits here; the attribute has the whole.
  header[4] = table <= 0xff ? table : RT_TABLE_UNSPEC;
  // 0 matches every protocol and scope of what is to be removed.
  if (type === RTM_NEWROUTE) {
    header[5] = protocol;
    header[6] = scope ?? (gateway === undefined && family === 'IPv4' ? RT_SCOPE_LINK : 0);
  } else {
    header[6] = RT_SCOPE_NOWHERE;
  }
  header[7] = RTN_UNICAST;
  // rtm_flags; nexthop flags are in its lowest byte.
  new DataView(header.buffer).setUint32(8, isOnLink ? RTNH_F_ONLINK : 0, isLittle);
  const hasPrefix = !destination.endsWith('/0');
  return {
    type,
    header,
    attributes: [
      hasPrefix ? attribute(RTA.destination, bytesOfAddress(network as Address)) : [],
      gateway === undefined ? [] : attribute(RTA.gateway, bytesOfAddress(gateway)),
      link === undefined ? [] : numberAttribute(RTA.link, link),
      source === undefined ? [] : attribute(RTA.source, bytesOfAddress(source)),
      metric === undefined ? [] : numberAttribute(RTA.metric, metric),
      table === RT_TABLE_MAIN ? [] : numberAttribute(RTA.table, table),
      metrics(route),
    ].flat(),
    purpose: `${verb} the route to ${destination}`,
  };
}

function metrics({ mtu, advertisedMss }: Route): readonly Uint8Array[] {
  const set = [
    mtu === undefined ? [] : numberAttribute(RTAX_MTU, mtu),
    advertisedMss === undefined ? [] : numberAttribute(RTAX_ADVMSS, advertisedMss),
  ].flat();
  return set.length === 0 ? [] : [nestedAttribute(RTA.metrics, set)];
}

/** Only of the main table, and no broadcast, local or unreachable one. */
function routeOf({ body }: Message, family: Family): readonly Route[] {
  const header = body.bytes.subarray(body.start - headerLength, body.start);
  const table = hostNumberOf(body.find(RTA.table)) ?? header.readUInt8(4);
  if (table !== RT_TABLE_MAIN || header.readUInt8(7) !== RTN_UNICAST) return [];
  const address = (type: number) => {
    const bytes = bytesOf(body.find(type));
    return bytes === undefined ? undefined : addressOfBytes(bytes);
  };
  const network = address(RTA.destination) ?? zeroAddresses[family];
  const destination = parseCidr(`${network}/${header.readUInt8(1)}`);
  if (destination === undefined) return [];
  return [
    {
      destination,
      gateway: address(RTA.gateway),
      link: hostNumberOf(body.find(RTA.link)),
      source: address(RTA.source),
      metric: hostNumberOf(body.find(RTA.metric)),
      isOnLink: (hostNumberAt(header, 8) & RTNH_F_ONLINK) !== 0,
      protocol: header.readUInt8(5),
    },
  ];
}

/** struct rtmsg. */
function routeHeader(family: Family, prefixLength: number): Uint8Array {
  const header = new Uint8Array(headerLength);
  header[0] = familyNumbers[family];
  header[1] = prefixLength;
  return header;
}

const zeroAddresses: Readonly<Record<Family, string>> = { IPv4: '0.0.0.0', IPv6: '::' };

const headerLength = 12;
const [RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE] = [24, 25, 26];
const [NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE] = [0x100, 0x200, 0x400];
const [RT_TABLE_UNSPEC, RT_TABLE_MAIN] = [0, 254];
const [RTAX_MTU, RTAX_ADVMSS] = [2, 8];
const [RT_SCOPE_LINK, RT_SCOPE_NOWHERE] = [253, 255];
const RTPROT_STATIC = 4;
const RTN_UNICAST = 1;
const RTNH_F_ONLINK = 4;
/** RTA_*, in linux/rtnetlink.h. */
const RTA = { destination: 1, link: 4, gateway: 5, metric: 6, source: 7, metrics: 8, table: 15 } as const;

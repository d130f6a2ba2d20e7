import { type Address, familyOf } from '../../../net/address.ts';
import type { Family } from '../../../net/family.ts';
import { type MacAddress, macAddressBytes, macAddressOf } from '../../../net/mac-address.ts';
import type { Message } from '../messages.ts';
import { attribute, bytesOf, hostNumberAt, isLittle } from '../netlink-attributes.ts';
import { addressOfBytes, bytesOfAddress, familyNumbers } from './address-attribute.ts';
import { AF_BRIDGE } from './families.ts';
import type { RouteRequest } from './route-request.ts';
import type { RouteSocket } from './route-socket.ts';

/** Which MAC address an address has on a link (ip-neighbour(8)), set and not to be asked for. */
export interface Neighbour {
  readonly link: number;
  readonly address: Address;
  readonly mac: MacAddress;
}

/** Behind which node a VXLAN device finds a MAC address: an entry of its forwarding database (bridge(8), fdb). */
export interface ForwardingEntry {
  readonly link: number;
  readonly mac: MacAddress;
  /** The other node's end of the tunnel. */
  readonly destination: Address;
}

/** Those that are permanent. Throws a `KernelError`. */
export function listNeighbours(socket: RouteSocket, family: Family): readonly Neighbour[] {
  return list(socket, familyNumbers[family], `list the ${family} neighbours`).map(
    ({ destination, ...rest }) => ({
      ...rest,
      address: destination,
    }),
  );
}

/** Those of VXLAN devices that are permanent. Throws a `KernelError`. */
export function listForwardingEntries(socket: RouteSocket): readonly ForwardingEntry[] {
  return list(socket, AF_BRIDGE, 'list the forwarding database');
}

/** Adds the entry, or puts it in the place of another for the same address. Throws a `KernelError`. */
export function setNeighbour(socket: RouteSocket, { link, address, mac }: Neighbour): void {
  const family = familyNumbers[familyOf(address)];
  const purpose = `set the neighbour ${address}`;
  socket.change(request({ link, mac, destination: address }, { type: RTM_NEWNEIGH, family, purpose }));
}

/** Throws a `KernelError`: `ENOENT` where there is none. */
export function removeNeighbour(socket: RouteSocket, { link, address, mac }: Neighbour): void {
  const family = familyNumbers[familyOf(address)];
  const purpose = `remove the neighbour ${address}`;
  socket.change(request({ link, mac, destination: address }, { type: RTM_DELNEIGH, family, purpose }));
}

/** Adds the entry, or puts it in the place of another for the same MAC address. Throws a `KernelError`. */
export function setForwardingEntry(socket: RouteSocket, entry: ForwardingEntry): void {
  const purpose = `set the forwarding entry ${entry.mac}`;
  socket.change(request(entry, { type: RTM_NEWNEIGH, family: AF_BRIDGE, purpose }));
}

/** Throws a `KernelError`: `ENOENT` where there is none. */
export function removeForwardingEntry(socket: RouteSocket, entry: ForwardingEntry): void {
  const purpose = `remove the forwarding entry ${entry.mac}`;
  socket.change(request(entry, { type: RTM_DELNEIGH, family: AF_BRIDGE, purpose }));
}

interface Kind {
  readonly type: number;
  readonly family: number;
  readonly purpose: string;
}

function request(entry: ForwardingEntry, { type, family, purpose }: Kind): RouteRequest {
  const header = new Uint8Array(headerLength);
  const view = new DataView(header.buffer);
  view.setUint8(0, family);
  view.setInt32(4, entry.link, isLittle);
  view.setUint16(8, NUD_PERMANENT, isLittle);
  view.setUint8(10, family === AF_BRIDGE ? NTF_SELF : 0);
  return {
    type,
    flags: type === RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_REPLACE : 0,
    header,
    attributes: [
      attribute(NDA_DST, bytesOfAddress(entry.destination)),
      attribute(NDA_LLADDR, macAddressBytes(entry.mac)),
    ],
    purpose,
  };
}

function list(socket: RouteSocket, family: number, purpose: string): readonly ForwardingEntry[] {
  const header = new Uint8Array(headerLength);
  header[0] = family;
  return socket.list({ type: RTM_GETNEIGH, header, purpose }).flatMap(entryOf);
}

/** A bridge's own entries lead to no address. */
function entryOf({ body }: Message): readonly ForwardingEntry[] {
  const header = body.bytes.subarray(body.start - headerLength, body.start);
  const [destination, mac] = [bytesOf(body.find(NDA_DST)), bytesOf(body.find(NDA_LLADDR))];
  const isPermanent = ((header[isLittle ? 8 : 9] ?? 0) & NUD_PERMANENT) !== 0;
  if (!isPermanent || destination === undefined || mac?.length !== 6) return [];
  return [
    { link: hostNumberAt(header, 4), mac: macAddressOf(mac), destination: addressOfBytes(destination) },
  ];
}

/** Bytes of struct ndmsg. */
const headerLength = 12;
const [RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH] = [28, 29, 30];
const [NLM_F_REPLACE, NLM_F_CREATE] = [0x100, 0x400];
const [NDA_DST, NDA_LLADDR] = [1, 2];
const NUD_PERMANENT = 0x80;
const NTF_SELF = 2;

import { type Address, familyOf } from '../../../net/address.ts';
import { attribute } from '../netlink-attributes.ts';
import { bytesOfAddress, familyNumbers } from './address-attribute.ts';
import { refusedWith } from './kernel-error.ts';
import type { RouteSocket } from './route-socket.ts';

/**
 * Whether the namespace takes packets to the address. The kernel makes an IPv6 address usable behind the back of whoever adds it,
 * even where it is not checked for duplicates. Throws a `KernelError`.
 */
export function isLocalAddress(socket: RouteSocket, address: Address): boolean {
  const bytes = bytesOfAddress(address);
  const header = new Uint8Array(headerLength);
  header[0] = familyNumbers[familyOf(address)];
  header[1] = 8 * bytes.length;
  try {
    const reply = socket.get({
      type: RTM_GETROUTE,
      header,
      attributes: [attribute(RTA_DST, bytes)],
      purpose: `look up the route to ${address}`,
    });
    if (reply === undefined) return false;
    return reply.body.bytes.readUInt8(reply.body.start - headerLength + typeAt) === RTN_LOCAL;
  } catch (error) {
    if (refusedWith(error, 'ENETUNREACH', 'EHOSTUNREACH')) return false;
    throw error;
  }
}

/** Bytes of struct rtmsg, and where the type stands in it. */
const [headerLength, typeAt] = [12, 7];
const [RTM_GETROUTE, RTA_DST, RTN_LOCAL] = [26, 1, 2];

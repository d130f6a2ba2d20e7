import { type Address, familyOf } from '../../../net/address.ts';
import type { Message } from '../messages.ts';
import {
  attribute,
  bytesOf,
  hostNumberAt,
  hostNumberOf,
  isLittle,
  numberAttribute,
} from '../netlink-attributes.ts';
import { addressOfBytes, bytesOfAddress, familyNumbers } from './address-attribute.ts';
import type { RouteRequest } from './route-request.ts';
import type { RouteSocket } from './route-socket.ts';

/** An address of a link, with the length of its network's prefix. */
export interface LinkAddress {
  /** Index of the link. */
  readonly link: number;
  readonly address: Address;
  readonly prefixLength: number;
}

/** As the kernel lists it. */
export interface ListedAddress extends LinkAddress {
  /** An IPv6 address whose uniqueness is still being checked (RFC 4862, section 5.4): it does not answer yet. */
  readonly isTentative: boolean;
  /** Another host on the link has it. */
  readonly isDuplicate: boolean;
  readonly isLinkLocal: boolean;
}

/** All addresses of the namespace. Throws a `KernelError`. */
export function listAddresses(socket: RouteSocket): readonly ListedAddress[] {
  return socket
    .list({ type: RTM_GETADDR, header: new Uint8Array(headerLength), purpose: 'list the addresses' })
    .flatMap(addressOf);
}

/**
 * Adds an address, which answers at once: an IPv6 one is not checked for duplicates first. Throws a `KernelError`: `EEXIST` where
 * the link has it.
 */
export function addAddress(socket: RouteSocket, address: LinkAddress): void {
  socket.change({ ...request(address, RTM_NEWADDR, 'add'), flags: NLM_F_CREATE | NLM_F_EXCL });
}

/** Throws a `KernelError`: `EADDRNOTAVAIL` where the link does not have it. */
export function removeAddress(socket: RouteSocket, address: LinkAddress): void {
  socket.change(request(address, RTM_DELADDR, 'remove'));
}

function request({ link, address, prefixLength }: LinkAddress, type: number, verb: string): RouteRequest {
  const header = new Uint8Array(headerLength);
  header[0] = familyNumbers[familyOf(address)];
  header[1] = prefixLength;
  new DataView(header.buffer).setUint32(4, link, isLittle);
  const bytes = bytesOfAddress(address);
  return {
    type,
    header,
    attributes: [
      attribute(IFA.local, bytes),
      attribute(IFA.address, bytes),
      ...(familyOf(address) === 'IPv6' ? [numberAttribute(IFA.flags, IFA_F_NODAD)] : []),
    ],
    purpose: `${verb} the address ${address}/${prefixLength}`,
  };
}

/** Of a point-to-point link IFA_ADDRESS is the other end; IPv6 has it alone where there is none. */
function addressOf({ body }: Message): readonly ListedAddress[] {
  const header = body.bytes.subarray(body.start - headerLength, body.start);
  const address = bytesOf(body.find(IFA.local) ?? body.find(IFA.address));
  if (address === undefined) return [];
  const flags = hostNumberOf(body.find(IFA.flags)) ?? header.readUInt8(2);
  return [
    {
      link: hostNumberAt(header, 4),
      address: addressOfBytes(address),
      prefixLength: header.readUInt8(1),
      isTentative: (flags & IFA_F_TENTATIVE) !== 0,
      isDuplicate: (flags & IFA_F_DADFAILED) !== 0,
      isLinkLocal: header.readUInt8(3) === RT_SCOPE_LINK,
    },
  ];
}

/** Bytes of struct ifaddrmsg. */
const headerLength = 8;
const [RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR] = [20, 21, 22];
const [NLM_F_EXCL, NLM_F_CREATE] = [0x200, 0x400];
/** IFA_*, in linux/if_addr.h. */
const IFA = { address: 1, local: 2, flags: 8 } as const;
const [IFA_F_NODAD, IFA_F_DADFAILED, IFA_F_TENTATIVE] = [0x02, 0x08, 0x40];
const RT_SCOPE_LINK = 253;

import { type Address, familyOf } from '../../net/address.ts';
import { writeAddress } from '../../net/address-bytes.ts';
import { type MacAddress, macAddressOf } from '../../net/mac-address.ts';
import { textHash } from '../../net/text-hash.ts';
import type { Attachment } from '../protocol/attachment.ts';

/**
 * The name of the node's end of the pair of an attachment, always the same: so it is found again when the container's namespace
 * is gone, or when the process died that made it.
 */
export function hostNameOf({ containerId, ifname }: Attachment): string {
  return `veth${textHash(`${containerId}/${ifname}`).toString(16).padStart(11, '0').slice(-11)}`;
}

/**
 * The alias that the node's end gets last of all: where it has none, `ADD` did not come to its end. People read in it whose end it
 * is, and `GC` does.
 */
export function aliasOf(network: string, { containerId, ifname }: Attachment): string {
  return `${aliasPrefix(network)}${containerId} ${ifname}`.slice(0, longestAlias);
}

/** What the aliases of all attachments to a network begin with. No name has spaces. */
export function aliasPrefix(network: string): string {
  return `cni ${network} `;
}

/**
 * The MAC address that goes with an IP address, locally administered. Whoever has the address later has the same, so no neighbour
 * knows a wrong one. An IPv6 address gives its last four bytes, in which those of a network differ.
 */
export function macOfAddress(address: Address): MacAddress {
  const bytes = new Uint8Array(16);
  const length = writeAddress(address, bytes, 0);
  const second = familyOf(address) === 'IPv4' ? 0x58 : 0x59;
  return macAddressOf(Uint8Array.of(0x0a, second, ...bytes.subarray(length - 4, length)));
}

/** A locally administered MAC address that is the same for the same text. */
export function macOfText(text: string): MacAddress {
  const digits = textHash(text).toString(16).padStart(10, '0').slice(-10);
  return macAddressOf(Buffer.from(`0a${digits}`, 'hex'));
}

/** IFALIASZ without the NUL at its end. */
const longestAlias = 255;

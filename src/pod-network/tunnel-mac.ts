import { createHash } from 'node:crypto';
import { type MacAddress, macAddressOf } from '../net/mac-address.ts';

/**
 * The MAC address of a node's end of the tunnel. It follows from the node's name, so that every node knows it of every other, and
 * it stays when the device is made anew.
 */
export function tunnelMac(nodeName: string): MacAddress {
  const bytes = createHash('sha256').update(nodeName).digest().subarray(0, 6);
  // Of one host, and locally administered (IEEE 802-2014, section 8.2).
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return macAddressOf(bytes);
}

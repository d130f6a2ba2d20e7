import type { Family } from './family.ts';

/** Bytes that VXLAN adds to a packet, by the outer family: IP, UDP, VXLAN and the inner Ethernet header (RFC 7348, section 5). */
export const vxlanOverhead: Readonly<Record<Family, number>> = { IPv4: 50, IPv6: 70 };

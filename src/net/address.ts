import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Family } from './family.ts';

/** An IP address in its canonical text form (RFC 5952 for IPv6): equal addresses are equal strings. */
export type Address = string & { readonly brand: 'Address' };

/**
 * Reads an IPv4 or IPv6 address; `undefined` when the text is none.
 * An IPv4 address mapped into IPv6 becomes the IPv4 address, as Go's net package has it.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return text as Address;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const address = ipaddr.IPv6.parse(text);
  const canonical = address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
  return canonical.toString() as Address;
}

/** The family of an address. */
export function familyOf(address: Address): Family {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(address: Address): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** `ip:port`, with brackets around IPv6, as iptables, nft and kube-proxy write it. */
export function formatEndpoint(address: Address, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

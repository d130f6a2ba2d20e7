import { isIPv4 } from 'node:net';

/**
 * Translates what is IPv4 in a string of a scenario: an address, a network, `ip:port`, the name of the family.
 * Every octet becomes a group of 16 bits (10.180.0.1 is fd00:a:b4::1), so that an address is in a translated
 * network just when it was in the network before. The loopback is ::1. Any other string stays as it is.
 */
export function toIPv6(text: string): string {
  if (text === 'IPv4') return 'IPv6';
  const [, space = '', address = '', length, port] = /^(\s*)([\d.]+)(?:\/(\d+)|:(\d+))?$/.exec(text) ?? [];
  if (!isIPv4(address)) return text;
  const translated = translateAddress(address);
  if (length !== undefined) return `${space}${translated}/${translateLength(address, Number(length))}`;
  return port === undefined ? `${space}${translated}` : `[${translated}]:${port}`;
}

function translateAddress(address: string): string {
  if (address.startsWith('127.')) return '::1';
  if (address === '0.0.0.0') return '::';
  const [a, b, c, d] = address.split('.').map((octet) => Number(octet).toString(16));
  const network = c === '0' ? `fd00:${a}:${b}` : `fd00:${a}:${b}:${c}`;
  return `${network}::${d === '0' ? '' : d}`;
}

function translateLength(address: string, length: number): number {
  if (address.startsWith('127.')) return 128;
  if (length === 0) return 0;
  // The last octet is the last group, behind three groups of zeros.
  if (length > 24) return 96 + length;
  const bits = length % 8;
  return 16 + 16 * Math.floor(length / 8) + (bits === 0 ? 0 : 8 + bits);
}

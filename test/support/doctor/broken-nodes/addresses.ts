import { type Address, parseAddress } from '../../../../src/net/address.ts';

/** Who is who around a test node. */
export const addresses = {
  node: { IPv4: address('192.168.50.10'), IPv6: address('fd00:50::10') },
  /** The other node, which is the gateway to the rest of the world, too. */
  other: { IPv4: address('192.168.50.11'), IPv6: address('fd00:50::11') },
  gateway: { IPv4: address('192.168.50.1'), IPv6: address('fd00:50::1') },
  bridge: { IPv4: address('10.244.0.1'), IPv6: address('fd00:10:244::1') },
  pods: [
    { IPv4: address('10.244.0.5'), IPv6: address('fd00:10:244::5') },
    { IPv4: address('10.244.0.6'), IPv6: address('fd00:10:244::6') },
  ],
  /** A pod on the other node. */
  farPod: { IPv4: address('10.244.1.5'), IPv6: address('fd00:10:244:1::5') },
  /** Somebody behind the gateway. */
  client: { IPv4: address('198.51.100.7'), IPv6: address('2001:db8:100::7') },
  localhost: address('127.0.0.1'),
  service: { IPv4: address('10.96.0.10'), IPv6: address('fd00:10:96::10') },
} as const;

/** The port that the pods listen on, and those of the Service. */
export const ports = { target: 8080, service: 80, node: 30080 } as const;

/** Throws where the text is none. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

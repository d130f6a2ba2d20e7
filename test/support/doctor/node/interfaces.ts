import type { Interface, InterfaceAddress, Route } from '../../../../src/kernel/node/machine.ts';
import { type Address, parseAddress } from '../../../../src/net/address.ts';
import { type Cidr, parseCidr } from '../../../../src/net/cidr.ts';

/** An interface that is up, with what a case does not care about as on a plain device. Addresses are written `10.0.0.1/24`. */
export function link(
  name: string,
  {
    addresses = [],
    ...rest
  }: Partial<Omit<Interface, 'addresses'>> & { readonly addresses?: readonly string[] } = {},
): Interface {
  return {
    name,
    index: 1,
    kind: '',
    loopback: false,
    up: true,
    promiscuous: false,
    mtu: 1500,
    mac: '02:00:00:00:00:01',
    master: undefined,
    linkIndex: undefined,
    linkNamespace: undefined,
    link: undefined,
    bridge: undefined,
    bridgePort: undefined,
    tunnel: undefined,
    addresses: addresses.map(held),
    ...rest,
  };
}

/** A pod's veth device on a bridge. */
export function port(name: string, master: string, { hairpin = true, mtu = 1450 } = {}): Interface {
  return link(name, { kind: 'veth', master, mtu, bridgePort: { hairpin }, linkNamespace: 1 });
}

export function route(destination: string, device: string, via?: string): Route {
  return {
    destination: network(destination),
    table: 'main',
    type: 'unicast',
    protocol: 'boot',
    hops: [{ device, gateway: via === undefined ? undefined : address(via) }],
  };
}

/** Throws where the text is none. */
export function network(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no CIDR`);
  return parsed;
}

/** Throws where the text is none. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

function held(text: string): InterfaceAddress {
  return { address: address(text.replace(/\/.*/, '')), network: network(text), scope: 'global' };
}

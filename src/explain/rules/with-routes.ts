import { interfaceNameAllowed, parseInterfaceName } from '../../config/interface-name.ts';
import { type Address, familyOf } from '../../net/address.ts';
import { type Cidr, cidrContains, cidrFamily, parseCidr, prefixLengthOf } from '../../net/cidr.ts';
import { type Family, families } from '../../net/family.ts';
import { UserError } from '../../program/exit-status.ts';
import { shown } from '../../state/shown.ts';
import type { NodeView } from '../../trace/packet.ts';

/** The node with additional routes, `NETWORK=INTERFACE`; the longest prefix wins. Throws a `UserError`. */
export function withRoutes(node: NodeView, texts: readonly string[]): NodeView {
  if (texts.length === 0) return node;
  const routes = texts
    .flatMap(parseRoutes)
    .sort((a, b) => prefixLengthOf(b.network) - prefixLengthOf(a.network));
  return {
    isLocal: (address) => node.isLocal(address),
    interfaceTo: (address) => node.interfaceTo(address) ?? interfaceBy(routes, address),
    remembers: (list, address, seconds) => node.remembers(list, address, seconds),
  };
}

interface Route {
  readonly network: Cidr;
  readonly interface: string;
}

const everywhere: Readonly<Record<Family, string>> = { IPv4: '0.0.0.0/0', IPv6: '::/0' };

function parseRoutes(text: string): readonly Route[] {
  const [, network = '', name = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  if (parseInterfaceName(name) === undefined)
    throw new UserError(
      `--route ${shown(text)}: must be NETWORK=INTERFACE; an interface is ${interfaceNameAllowed}`,
    );
  const networks = network === 'default' ? families.map((family) => everywhere[family]) : [network];
  return networks.map((one) => {
    const cidr = parseCidr(one);
    if (cidr === undefined)
      throw new UserError(
        `--route ${shown(text)}: must be NETWORK=INTERFACE; a network is a CIDR, or default`,
      );
    return { network: cidr, interface: name };
  });
}

function interfaceBy(routes: readonly Route[], address: Address): string | undefined {
  const family = familyOf(address);
  return routes.find(({ network }) => cidrFamily(network) === family && cidrContains(network, address))
    ?.interface;
}

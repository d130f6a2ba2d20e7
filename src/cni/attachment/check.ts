import type { NamespaceNetwork, NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { Link } from '../../kernel/netlink/route/links.ts';
import { cidrFamily } from '../../net/cidr.ts';
import { families } from '../../net/family.ts';
import type { Ipam } from '../ipam/ipam.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import type { Interface, IpConfig, Result, RouteConfig } from '../protocol/result.ts';
import type { AttachmentRequest } from './attachment-request.ts';
import { nextHop } from './container-interface.ts';
import { gatewaysOf } from './gateways.ts';
import { hostNameOf } from './names.ts';
import { ownNamespace } from './require-new-interface.ts';

/**
 * Whether all is there that `ADD` made and that the result of the whole chain, `previous`, says. Others in the chain may have
 * added to it. Throws a `CniError` of code 104 with each thing that is missing, or what IPAM says.
 */
export function checkAttachment(
  node: NodeNetwork,
  ipam: Ipam,
  request: AttachmentRequest,
  previous: Result,
): void {
  const { netns, attachment } = request;
  const kind = node.namespaceAt(netns);
  if (kind === 'own') throw ownNamespace(netns);
  const faults =
    kind === 'none'
      ? [`CNI_NETNS ${netns} is no network namespace`]
      : [
          ...onNode(node, request, previous),
          ...node.inNamespace(netns, (inside) => [
            ...inContainer(inside, attachment.ifname, netns, previous),
          ]),
        ];
  const [first] = faults;
  if (first !== undefined) throw new CniError(errorCodes.notAsAdded, first, faults.join('\n'));
  ipam.check();
}

function* onNode(
  node: NodeNetwork,
  { attachment, configuration }: AttachmentRequest,
  previous: Result,
): Generator<string> {
  const { name, isGateway } = configuration.bridge;
  const bridge = node.findLink(name);
  if (bridge?.kind !== 'bridge') {
    yield bridge === undefined ? `the bridge ${name} is missing` : `${name} is no bridge`;
    return;
  }
  if (!bridge.isUp) yield `the bridge ${name} is down`;
  const addresses = node.listAddresses().filter(({ link }) => link === bridge.index);
  for (const { address } of isGateway ? gatewaysOf(ownIps(previous, attachment.ifname)) : [])
    if (!addresses.some((other) => other.address === address)) yield `the bridge ${name} lacks ${address}`;
  // What another plugin made before this one took its place has another name.
  const host = node.findLink(hostNameOf(attachment)) ?? findReported(node, previous);
  if (host === undefined)
    yield `the node's end of ${attachment.ifname}, ${hostNameOf(attachment)}, is missing`;
  else if (host.master !== bridge.index) yield `${host.name} is no port of the bridge ${name}`;
  else if (!host.isUp) yield `${host.name} is down`;
}

function findReported(node: NodeNetwork, { interfaces }: Result): Link | undefined {
  const names = interfaces.filter(({ sandbox }) => sandbox === undefined).map(({ name }) => name);
  return names.map((name) => node.findLink(name)).find((link) => link?.kind === 'veth');
}

function* inContainer(
  inside: NamespaceNetwork,
  ifname: string,
  netns: string,
  previous: Result,
): Generator<string> {
  const link = inside.findLink(ifname);
  const reported = previous.interfaces.find((entry) => isOwn(entry, ifname));
  if (reported === undefined) yield `prevResult.interfaces does not name ${ifname} in ${netns}`;
  if (link === undefined) {
    yield `${ifname} is missing in ${netns}`;
    return;
  }
  if (!link.isUp) yield `${ifname} is down`;
  if (reported?.mac !== undefined && reported.mac.toLowerCase() !== link.mac)
    yield `${ifname} has the MAC address ${link.mac}, and not ${reported.mac}`;
  const ips = ownIps(previous, ifname);
  yield* missingAddresses(inside, link, ips);
  yield* missingRoutes(inside, previous.routes, ips);
}

function* missingAddresses(
  inside: NamespaceNetwork,
  link: Link,
  ips: readonly IpConfig[],
): Generator<string> {
  const present = inside.listAddresses().filter((entry) => entry.link === link.index);
  for (const { address, prefixLength } of ips) {
    const isThere = present.some(
      (entry) => entry.address === address && entry.prefixLength === prefixLength && !entry.isDuplicate,
    );
    if (!isThere) yield `${link.name} lacks the address ${address}/${prefixLength}`;
  }
}

/** Routes of other tables are not listed. */
function* missingRoutes(
  inside: NamespaceNetwork,
  routes: readonly RouteConfig[],
  ips: readonly IpConfig[],
): Generator<string> {
  for (const family of families) {
    const wanted = routes.filter(({ dst, table }) => cidrFamily(dst) === family && (table ?? main) === main);
    if (wanted.length === 0) continue;
    const present = inside.listRoutes(family);
    for (const route of wanted) {
      const gateway = nextHop(route, ips);
      const isThere = present.some((entry) => entry.destination === route.dst && entry.gateway === gateway);
      if (!isThere)
        yield `the route to ${route.dst}${gateway === undefined ? '' : ` by ${gateway}`} is missing`;
    }
  }
}

/** Those of the interface, and those of which nobody says whose they are. */
function ownIps({ ips, interfaces }: Result, ifname: string): readonly IpConfig[] {
  return ips.filter((entry) => {
    const holder = entry.interface === undefined ? undefined : interfaces[entry.interface];
    return holder === undefined || isOwn(holder, ifname);
  });
}

function isOwn({ name, sandbox }: Interface, ifname: string): boolean {
  return name === ifname && sandbox !== undefined;
}

/** RT_TABLE_MAIN. */
const main = 254;

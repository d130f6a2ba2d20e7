import type { FoundRoute, Interface, Route, RouteQuery } from '../../../kernel/node/machine.ts';
import { type Address, familyOf, parseAddress } from '../../../net/address.ts';
import { type Cidr, cidrContains, isZeroCidr, networkAddress } from '../../../net/cidr.ts';
import { type DoctorContext, objectsIfAny } from '../../doctor-check.ts';
import { localPods, ownAddresses } from '../node-facts.ts';

/** The route of replies to a client whose packets come in by an interface with a strict filter. */
export interface ReturnRoute extends ClientPath {
  /** Who replies: the node itself, or a pod behind a node port. */
  readonly from: 'node' | Address;
  /** `undefined` where there is no route. */
  readonly output: string | undefined;
}

interface ClientPath {
  readonly input: string;
  /** The address of the interface that the client sends to. */
  readonly asked: Address;
  /** The network that is reached there without a gateway. */
  readonly network: Cidr;
  /** Whether the Node object has the address. */
  readonly ofNode: boolean;
  /** Stands for all clients beyond the interface's own networks. */
  readonly client: Address;
}

/** Looks up the routes of replies to clients of these interfaces. */
export async function returnRoutes(
  suspects: readonly Interface[],
  context: DoctorContext,
): Promise<readonly ReturnRoute[]> {
  const routes = await context.machine.routes('IPv4');
  const asked = suspects.flatMap((one) => clientPathsOf(one, routes, context));
  const pods = await podsBehindNodePorts(context);
  const followed = async (
    one: ClientPath,
    from: 'node' | Address,
    query: RouteQuery,
  ): Promise<ReturnRoute> => {
    const route = await context.machine.lookUpRoute(query);
    return { ...one, from, output: isMultipath(routes, one.input, route) ? one.input : route?.device };
  };
  return Promise.all(
    asked.flatMap((one) => [
      followed(one, 'node', { to: one.client, from: one.asked }),
      ...pods.map(({ address, device }) =>
        followed(one, address, { to: one.client, from: address, input: device }),
      ),
    ]),
  );
}

/** A multipath route leads back by each of its hops, though the lookup names only one. */
function isMultipath(routes: readonly Route[], input: string, route: FoundRoute | undefined): boolean {
  return routes.some(({ hops }) =>
    [input, route?.device].every((device) => hops.some((hop) => hop.device === device)),
  );
}

/** Clients beyond the interface's own networks: they use the Node's addresses, and interfaces with a gateway. */
function clientPathsOf(
  one: Interface,
  routes: readonly Route[],
  context: DoctorContext,
): readonly ClientPath[] {
  const own = objectsIfAny(context)?.state.node?.addresses ?? Object.values(ownAddresses(context));
  const gateways = routes.filter(
    ({ hops, type }) =>
      type === 'unicast' && hops.some(({ device, gateway }) => device === one.name && gateway !== undefined),
  );
  // Only pods are behind an overlay, and their traffic uses it in both directions.
  if (one.tunnel !== undefined) return [];
  return one.addresses
    .filter(({ address, scope }) => scope === 'global' && familyOf(address) === 'IPv4')
    .flatMap(({ address, network }) => {
      const ofNode = own.includes(address);
      const beyond = gateways.map(({ destination }) => destination);
      const clients = [
        ...beyond
          .filter((cidr) => !isZeroCidr(cidr))
          .slice(0, mostRoutes)
          .map(networkAddress),
        ...(ofNode || beyond.some(isZeroCidr) ? clientBeyond(routes) : []),
      ];
      return clients.map((client) => ({ input: one.name, asked: address, network, ofNode, client }));
    });
}

/** An address that only a default route leads to; it is only looked up, nothing is sent there. */
function clientBeyond(routes: readonly Route[]): readonly Address[] {
  const known = routes.map(({ destination }) => destination).filter((cidr) => !isZeroCidr(cidr));
  return ['1.1.1.1', '8.8.8.8', '9.9.9.9']
    .flatMap((text) => parseAddress(text) ?? [])
    .filter((address) => !known.some((cidr) => cidrContains(cidr, address)))
    .slice(0, 1);
}

/** Each lookup costs a process, so not every route and pod is looked up. */
const mostRoutes = 4;
const mostPods = 16;

async function podsBehindNodePorts(context: DoctorContext) {
  const pods = localPods(context).filter(({ address }) => familyOf(address) === 'IPv4');
  const found = await Promise.all(
    pods.slice(0, mostPods).map(async ({ address }) => {
      const route = await context.machine.lookUpRoute({ to: address });
      return route === undefined ? [] : [{ address, device: route.device }];
    }),
  );
  return found.flat();
}

import type { Interface, Route, Way, WayQuery } from '../../../kernel/node/machine.ts';
import { type Address, familyOf, parseAddress } from '../../../net/address.ts';
import { type Cidr, cidrContains, isZeroCidr } from '../../../net/cidr.ts';
import { objectsIfAny, type Subject } from '../../doctor-check.ts';
import { localPods, ownAddresses } from '../node-facts.ts';
import { firstAddress } from './networks.ts';

/** A connection that comes in by an interface with a strict filter, and where the kernel would send its answer. */
export interface WayBack extends Asked {
  /** Who answers: the node itself, or a pod that a node port leads to. */
  readonly from: 'node' | Address;
  /** `undefined` where there is no route. */
  readonly output: string | undefined;
}

interface Asked {
  readonly input: string;
  /** The address on that interface that the client asks. */
  readonly asked: Address;
  /** What is reached there without a gateway. */
  readonly network: Cidr;
  /** Whether the Node object names the address. */
  readonly ofNode: boolean;
  /** Stands for all clients beyond the interface's own networks. */
  readonly client: Address;
}

/** Where the kernel would send the answers to clients of these interfaces. */
export async function waysBack(
  suspects: readonly Interface[],
  subject: Subject,
): Promise<readonly WayBack[]> {
  const routes = await subject.machine.routes('IPv4');
  const asked = suspects.flatMap((one) => askedOn(one, routes, subject));
  const pods = await podsToAsk(subject);
  const followed = async (one: Asked, from: 'node' | Address, query: WayQuery): Promise<WayBack> => {
    const way = await subject.machine.way(query);
    return { ...one, from, output: spreads(routes, one.input, way) ? one.input : way?.device };
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

/** A route with several hops is a way back by each of them, though the kernel names one. */
function spreads(routes: readonly Route[], input: string, way: Way | undefined): boolean {
  return routes.some(({ hops }) =>
    [input, way?.device].every((device) => hops.some((hop) => hop.device === device)),
  );
}

/** Clients from beyond come where the Node object sends them, and where a gateway is. */
function askedOn(one: Interface, routes: readonly Route[], subject: Subject): readonly Asked[] {
  const own = objectsIfAny(subject)?.state.node?.addresses ?? Object.values(ownAddresses(subject));
  const gateways = routes.filter(
    ({ hops, type }) =>
      type === 'unicast' && hops.some(({ device, gateway }) => device === one.name && gateway !== undefined),
  );
  // Behind an overlay there are only pods, which come and go by it.
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
          .map(firstAddress),
        ...(ofNode || beyond.some(isZeroCidr) ? stranger(routes) : []),
      ];
      return clients.map((client) => ({ input: one.name, asked: address, network, ofNode, client }));
    });
}

/** An address that only a default route leads to. Nothing is sent there. */
function stranger(routes: readonly Route[]): readonly Address[] {
  const known = routes.map(({ destination }) => destination).filter((cidr) => !isZeroCidr(cidr));
  return ['1.1.1.1', '8.8.8.8', '9.9.9.9']
    .flatMap((text) => parseAddress(text) ?? [])
    .filter((address) => !known.some((cidr) => cidrContains(cidr, address)))
    .slice(0, 1);
}

/** Every route and pod may lead another way, but asking costs a process each. */
const mostRoutes = 4;
const mostPods = 16;

async function podsToAsk(subject: Subject) {
  const pods = localPods(subject).filter(({ address }) => familyOf(address) === 'IPv4');
  const found = await Promise.all(
    pods.slice(0, mostPods).map(async ({ address }) => {
      const way = await subject.machine.way({ to: address });
      return way === undefined ? [] : [{ address, device: way.device }];
    }),
  );
  return found.flat();
}

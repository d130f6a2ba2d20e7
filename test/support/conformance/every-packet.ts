import { type Address, isLoopback, parseAddress } from '../../../src/net/address.ts';
import { protocols } from '../../../src/net/family.ts';
import type { ServicePortPlan } from '../../../src/plan/service-plan.ts';
import type { Packet } from '../../../src/trace/packet.ts';
import { type Facts, isLocal } from '../equivalence/facts.ts';
import { packetGrid } from '../equivalence/packet-grid.ts';

/**
 * The packets of `packetGrid`, and besides from each sender of it, and from each endpoint, to every address that somebody has,
 * at every port that somebody has and the port above, by every protocol.
 */
export function everyPacket(plans: readonly ServicePortPlan[], facts: Facts): readonly Packet[] {
  const grid = packetGrid(plans, facts, Number.POSITIVE_INFINITY);
  const senders = new Map(
    [...sendersOf(facts), ...grid].map(({ source, inputInterface }) => [source, inputInterface]),
  );
  const endpoints = plans.flatMap((plan) => plan.endpoints.reachable);
  for (const { address } of endpoints) if (!senders.has(address)) senders.set(address, 'cni0');
  const destinations = new Set([
    ...grid.map(({ destination }) => destination),
    ...plans.flatMap(({ frontends }) =>
      frontends.flatMap((frontend) => ('address' in frontend ? frontend.address : [])),
    ),
    ...facts.localAddresses,
    ...loopback(facts),
    ...endpoints.map(({ address }) => address),
  ]);
  const own = [...plans.flatMap(portsOf), ...endpoints.map(({ port }) => port)];
  const ports = new Set([...common, ...own, ...own.map((port) => port + 1)]);
  const rest: Packet[] = [];
  for (const [source, inputInterface] of senders) {
    const isNode = isLocal(facts, source);
    for (const destination of destinations) {
      if (isLoopback(destination) && !isNode) continue;
      for (const protocol of protocols)
        for (const port of ports) rest.push({ source, destination, protocol, port, inputInterface });
    }
  }
  return [...grid, ...rest];
}

/** Ports of the node's own, of DNS and of node ports, whoever has them. */
const common = [22, 53, 80, 443, 10256, 30080];

/** A pod here, one elsewhere, another node, a machine outside, and the node itself. */
function sendersOf({ family, localAddresses }: Facts): readonly Pick<Packet, 'source' | 'inputInterface'>[] {
  const others =
    family === 'IPv4'
      ? ['10.244.0.99 cni0', '10.244.7.99 flannel.1', '192.168.50.99 eth0', '198.51.100.99 eth0']
      : ['fd00:10:244::99 cni0', 'fd00:10:244:7::99 flannel.1', 'fd00:50::99 eth0', '2001:db8::99 eth0'];
  return [
    ...others.flatMap((text) => {
      const [address = '', inputInterface] = text.split(' ');
      const source = parseAddress(address);
      return source === undefined ? [] : [{ source, inputInterface }];
    }),
    ...localAddresses.map((source) => ({ source })),
  ];
}

function portsOf({ frontends, healthCheckNodePort }: ServicePortPlan): readonly number[] {
  const own = frontends.map(({ port }) => port);
  return healthCheckNodePort === undefined ? own : [...own, healthCheckNodePort];
}

function loopback({ family }: Facts): readonly Address[] {
  return [family === 'IPv4' ? '127.0.0.1' : '::1'].flatMap((text) => parseAddress(text) ?? []);
}

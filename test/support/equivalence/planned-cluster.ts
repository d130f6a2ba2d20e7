import { type Address, formatEndpoint, isLoopback } from '../../../src/net/address.ts';
import type { Frontend, ServicePortPlan } from '../../../src/plan/service-plan.ts';
import type { Packet } from '../../../src/trace/packet.ts';
import { type Facts, isLocal } from './facts.ts';

export type Mode = 'iptables' | 'nftables';

/** A frontend and the service port that has it. */
export interface Standing {
  readonly frontend: Frontend;
  readonly plan: ServicePortPlan;
}

/** The frontends of all Services in one family, by address and port. */
export class PlannedCluster {
  readonly facts: Facts;
  readonly mode: Mode;
  /** The addresses that are a ClusterIP of some Service. */
  readonly clusterIPs = new Set<Address>();
  readonly healthCheckPorts = new Set<number>();
  /** `ip:port/protocol` of the endpoints on this node, of whatever Service. */
  readonly endpointsHere = new Set<string>();
  readonly #standing = new Map<string, Standing[]>();

  constructor(plans: Iterable<ServicePortPlan>, facts: Facts, mode: Mode) {
    this.facts = facts;
    this.mode = mode;
    for (const plan of plans) if (plan.family === facts.family) this.#add(plan);
  }

  /** The frontends at the packet's address and port: of one Service, in the order of its plan. */
  atAddress({ protocol, destination, port }: Packet): readonly Standing[] {
    return this.#standing.get(`${protocol} ${formatEndpoint(destination, port)}`) ?? [];
  }

  atNodePort({ protocol, port }: Packet): readonly Standing[] {
    return this.#standing.get(`${protocol} ${port}`) ?? [];
  }

  isOwn(address: Address): boolean {
    return isLocal(this.facts, address);
  }

  #add(plan: ServicePortPlan): void {
    const { protocol } = plan;
    for (const frontend of plan.frontends) {
      const at =
        frontend.kind === 'NodePort' ? frontend.port : formatEndpoint(frontend.address, frontend.port);
      const key = `${protocol} ${at}`;
      this.#standing.set(key, [...(this.#standing.get(key) ?? []), { frontend, plan }]);
      if (frontend.kind === 'ClusterIP') this.clusterIPs.add(frontend.address);
    }
    if (plan.healthCheckNodePort !== undefined) this.healthCheckPorts.add(plan.healthCheckNodePort);
    for (const { address, port } of plan.endpoints.onThisNode) {
      this.endpointsHere.add(`${formatEndpoint(address, port)}/${protocol}`);
    }
  }
}

/** Node ports on localhost need route_localnet, which IPv6 has not, and are of mode iptables. */
export function isNodePortAddress({ facts, mode }: PlannedCluster, address: Address): boolean {
  const { family, nodePortAddresses, localhostNodePorts } = facts;
  if (isLoopback(address) && !(mode === 'iptables' && family === 'IPv4' && localhostNodePorts)) return false;
  return nodePortAddresses === 'all' ? isLocal(facts, address) : nodePortAddresses.includes(address);
}

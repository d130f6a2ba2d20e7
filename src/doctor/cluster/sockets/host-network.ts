import type { ListeningSocket } from '../../../kernel/live-view.ts';
import { type Address, formatEndpoint, isLoopback } from '../../../net/address.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../few.ts';

export interface HostNetworkObserved {
  readonly endpoints: readonly NodeEndpoint[];
  readonly listeners: readonly ListeningSocket[];
}

/** An endpoint that is the node itself, usually a pod with `hostNetwork`. */
export interface NodeEndpoint {
  readonly service: string;
  readonly protocol: ServicePortPlan['protocol'];
  readonly address: Address;
  readonly port: number;
}

/** The endpoints in use that have an address of this node. */
export function nodeEndpoints(
  plans: Iterable<ServicePortPlan>,
  localAddresses: readonly Address[],
): readonly NodeEndpoint[] {
  const local = new Set(localAddresses.filter((address) => !isLoopback(address)));
  const found: NodeEndpoint[] = [];
  for (const { name, protocol, endpoints } of plans) {
    for (const { address, port } of endpoints.reachable) {
      if (local.has(address)) found.push({ service: name, protocol, address, port });
    }
  }
  return found;
}

/** Endpoints on the node itself whose port no process listens on. */
export function judgeHostNetwork({ endpoints, listeners }: HostNetworkObserved): readonly Finding[] {
  if (endpoints.length === 0) return [];
  // /proc has no comparable table of SCTP sockets.
  const visible = endpoints.filter(({ protocol }) => protocol !== 'SCTP');
  const deserted = visible.filter((endpoint) => !listeners.some((socket) => serves(socket, endpoint)));
  if (deserted.length > 0) return deserted.slice(0, 5).map(nobodyListens);
  return [
    {
      severity: 'ok',
      looked: `${count(endpoints.length, 'endpoint')} with this node's own address: ${few(endpoints.map(describe))}`,
      finding: `${count(endpoints.length, 'endpoint')} on the node itself: their packets pass INPUT, not FORWARD`,
    },
  ];
}

function nobodyListens(endpoint: NodeEndpoint): Finding {
  const { protocol, address, port } = endpoint;
  return {
    severity: 'fault',
    looked: `endpoint ${describe(endpoint)}, an address of this node; no ${protocol} socket listens on port ${port}`,
    finding: `endpoint ${describe(endpoint)} is this node itself (hostNetwork), and no process here listens on ${protocol} port ${port}: connections are refused`,
    next: `ss -lnp 'sport = :${port}'; look at the pod with hostNetwork on ${address}, or take the address out of the EndpointSlice`,
  };
}

/** A socket bound to `::` usually accepts IPv4, too (net.ipv6.bindv6only). */
function serves(socket: ListeningSocket, { protocol, address, port }: NodeEndpoint): boolean {
  if (socket.protocol !== protocol || socket.port !== port) return false;
  if (socket.address === address || socket.address === '::') return true;
  return socket.address === '0.0.0.0' && !address.includes(':');
}

function describe({ service, address, port }: NodeEndpoint): string {
  return `${formatEndpoint(address, port)} of ${service}`;
}

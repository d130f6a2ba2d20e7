import type { ListeningSocket, LocalPorts } from '../../../kernel/live-view.ts';
import type { Protocol } from '../../../net/family.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../few.ts';
import type { NodePortRange } from './node-port-range.ts';

export interface NodePortsObserved {
  readonly uses: readonly NodePortUse[];
  readonly range: NodePortRange;
  readonly listeners: readonly ListeningSocket[];
  /** `undefined` where the settings cannot be read. */
  readonly localPorts: LocalPorts | undefined;
}

/** A node port of a Service. */
export interface NodePortUse {
  readonly service: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** The node ports of all plans without duplicates: both families have the same. */
export function nodePortUses(plans: Iterable<ServicePortPlan>): readonly NodePortUse[] {
  const uses = new Map<string, NodePortUse>();
  for (const { name, protocol, frontends } of plans) {
    for (const frontend of frontends) {
      if (frontend.kind !== 'NodePort') continue;
      uses.set(`${protocol} ${frontend.port}`, { service: name, protocol, port: frontend.port });
    }
  }
  return [...uses.values()];
}

/** Node ports that something else may use, or that are outside the allocatable range. */
export function judgeNodePorts(observed: NodePortsObserved): readonly Finding[] {
  if (observed.uses.length === 0) return [];
  const findings = [...outside(observed), ...taken(observed), ...inLocalPortRange(observed)];
  if (findings.length > 0) return findings;
  const { from, to } = observed.range;
  return [
    {
      severity: 'ok',
      looked: `${count(observed.uses.length, 'node port')}, range ${from}-${to}, listening sockets`,
      finding: 'every node port is in the range, and no process has it',
    },
  ];
}

function outside({ uses, range }: NodePortsObserved): readonly Finding[] {
  const { from, to } = range;
  const strays = uses.filter(({ port }) => port < from || port > to);
  if (strays.length === 0) return [];
  return [
    {
      severity: 'warning',
      looked: `${count(strays.length, 'node port')} outside ${from}-${to}`,
      finding: `${few(strays.map(describe))} ${strays.length === 1 ? 'is' : 'are'} outside the range of node ports: what else uses such a port on the node loses its traffic to the Service`,
      next: `choose nodePort from ${from}-${to}, or tell the API server's range with --node-port-range`,
    },
  ];
}

/** Node ports that a process listens on: packets go to the Service before any socket sees them. */
function taken({ uses, listeners }: NodePortsObserved): readonly Finding[] {
  const wide = listeners.filter(({ address }) => !isLoopback(address));
  return uses.flatMap((use): Finding[] => {
    const socket = wide.find(({ protocol, port }) => protocol === use.protocol && port === use.port);
    if (socket === undefined) return [];
    const owner =
      socket.process === undefined
        ? 'a process that cannot be seen from here'
        : `${socket.process.name} (pid ${socket.process.pid})`;
    return [
      {
        severity: 'fault',
        looked: `node port ${describe(use)}; ${owner} listens on ${socket.protocol} ${socket.address} port ${socket.port}`,
        finding: `node port ${describe(use)} is taken by ${owner}: packets from outside go to the Service, and never to that process`,
        next: 'let the process listen on another port, or give the Service another nodePort',
      },
    ];
  });
}

/** Node ports in the kernel's range of local ports: a client of the node may be given one as its source port. */
function inLocalPortRange({ uses, localPorts }: NodePortsObserved): readonly Finding[] {
  if (localPorts === undefined) return [];
  const { from, to, reserved } = localPorts;
  const free = uses.filter(
    ({ port }) =>
      port >= from && port <= to && !reserved.some((range) => port >= range.from && port <= range.to),
  );
  if (free.length === 0) return [];
  const ports = free.map(({ port }) => port).sort((a, b) => a - b);
  return [
    {
      severity: 'warning',
      looked: `net.ipv4.ip_local_port_range = ${from} ${to}, without ${few(free.map(describe))} in net.ipv4.ip_local_reserved_ports`,
      finding: `the kernel may give ${count(free.length, 'node port')} to a client or server of this node that asks for any port: ${few(free.map(describe))}`,
      next: `sysctl -w net.ipv4.ip_local_reserved_ports=${[...new Set(ports)].join(',')} (with what stands there already), or a range that leaves node ports out`,
    },
  ];
}

function describe({ service, protocol, port }: NodePortUse): string {
  return `${port}/${protocol} of ${service}`;
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

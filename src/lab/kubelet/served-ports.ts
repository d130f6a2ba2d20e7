import type { Pod, Service } from '../api/kinds/kinds.ts';
import type { ServerPort } from '../servers/open-server.ts';

/** Where a Pod is to have servers: at its containers' ports, and where Services that select it send to. */
export function servedPorts(pod: Pod, services: readonly Service[]): readonly ServerPort[] {
  const declared = containerPorts(pod).map(({ containerPort, protocol = 'TCP' }) => ({
    port: containerPort,
    protocol,
  }));
  const sentTo = services
    .filter((service) => selects(service, pod))
    .flatMap(({ spec: { ports = [] } }) => ports)
    .flatMap(({ port, targetPort = port, protocol = 'TCP' }) =>
      typeof targetPort === 'number' ? [{ port: targetPort, protocol }] : [],
    );
  const byName = new Map([...declared, ...sentTo].flatMap(knownPort).map((port) => [serverName(port), port]));
  return [...byName.values()];
}

/** `TCP 8080` */
export function serverName({ protocol, port }: ServerPort): string {
  return `${protocol} ${port}`;
}

/** Ports of the node that lead to the Pod, as the capability `portMappings` has them (CONVENTIONS.md of CNI). */
export function portMappings(pod: Pod): readonly object[] {
  return containerPorts(pod).flatMap(({ hostPort, containerPort, protocol = 'TCP', hostIP }) =>
    hostPort === undefined || hostPort === 0
      ? []
      : [
          {
            hostPort,
            containerPort,
            protocol: protocol.toLowerCase(),
            ...(typeof hostIP === 'string' && hostIP !== '' ? { hostIP } : {}),
          },
        ],
  );
}

function containerPorts({ spec: { containers } }: Pod) {
  return containers.flatMap(({ ports = [] }) => ports);
}

function selects({ metadata, spec: { selector = {} } }: Service, pod: Pod): boolean {
  const wanted = Object.entries(selector);
  const labels = pod.metadata.labels ?? {};
  return (
    metadata.namespace === pod.metadata.namespace &&
    wanted.length > 0 &&
    wanted.every(([key, value]) => labels[key] === value)
  );
}

function knownPort({
  port,
  protocol,
}: {
  readonly port: number;
  readonly protocol: string;
}): readonly ServerPort[] {
  if (port < 1 || port > 65_535) return [];
  return protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP' ? [{ port, protocol }] : [];
}

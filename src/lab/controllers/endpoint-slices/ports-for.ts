import type { EndpointPort } from '../../api/kinds/endpoint-slice.ts';
import type { Pod, Service } from '../../api/kinds/kinds.ts';
import type { ServicePort } from '../../api/kinds/service.ts';

/** A Service's ports as they are on a Pod; a port whose name the Pod does not know is left out. */
export function portsFor({ spec }: Service, pod: Pod): readonly EndpointPort[] {
  return (spec.ports ?? []).flatMap((servicePort) => {
    const port = portOn(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, protocol, port, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function portOn(
  { spec }: Pod,
  { port, targetPort = port, protocol = 'TCP' }: ServicePort,
): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  return [...spec.containers, ...(spec.initContainers ?? [])]
    .flatMap(({ ports = [] }) => ports)
    .find((each) => each.name === targetPort && (each.protocol ?? 'TCP') === protocol)?.containerPort;
}

import { nameRules } from '../../../../state/object-names.ts';
import type { ServicePort, ServiceSpec } from '../../kinds/service.ts';
import { duplicate, type Fault, forbidden, invalid, named, oneOf, portNumber, required } from '../faults.ts';
import { isHeadless } from './service-types.ts';

/** What is wrong with the ports of a Service, each alone and all together. */
export function validatePorts(spec: ServiceSpec): readonly Fault[] {
  const { ports = [], type } = spec;
  if (ports.length === 0 && type !== 'ExternalName' && !isHeadless(spec)) return [required('spec.ports')];
  return [
    ...ports.flatMap((port, index) => validatePort(port, `spec.ports[${index}]`, spec)),
    ...repeated(ports, ({ name }) => name).map((index) =>
      duplicate(`spec.ports[${index}].name`, ports[index]?.name),
    ),
    ...repeated(ports, ({ nodePort, protocol }) => nodePort && `${protocol} ${nodePort}`).map((index) =>
      duplicate(`spec.ports[${index}].nodePort`, ports[index]?.nodePort),
    ),
    ...repeated(ports, ({ port, protocol }) => `${protocol} ${port}`).map((index) =>
      duplicate(`spec.ports[${index}]`, { port: ports[index]?.port, protocol: ports[index]?.protocol }),
    ),
  ];
}

function validatePort(
  { name, port, protocol, targetPort, nodePort }: ServicePort,
  field: string,
  { ports = [], type }: ServiceSpec,
): readonly Fault[] {
  return [
    ...(name !== undefined
      ? named(`${field}.name`, name, nameRules.label)
      : ports.length > 1
        ? [required(`${field}.name`)]
        : []),
    ...portNumber(`${field}.port`, port),
    ...oneOf(`${field}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']),
    ...validateTarget(`${field}.targetPort`, targetPort),
    ...(type === 'ClusterIP' && nodePort !== undefined
      ? [forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'")]
      : []),
  ];
}

/** RFC 6335: at most 15 letters, digits and hyphens, at least one letter. */
const portName = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

export function validateTarget(field: string, target: number | string | undefined): readonly Fault[] {
  if (target === undefined) return [];
  if (typeof target === 'number') return portNumber(field, target);
  if (portName.test(target)) return [];
  return [
    invalid(
      field,
      target,
      "must be at most 15 lower-case letters, digits and '-', with at least one letter (e.g. 'http')",
    ),
  ];
}

/** Where the same comes a second time. */
function repeated<T>(
  items: readonly T[],
  identity: (item: T) => string | number | undefined,
): readonly number[] {
  const seen = new Set<string | number>();
  return items.flatMap((item, index) => {
    const id = identity(item);
    if (id === undefined || id === '') return [];
    if (seen.has(id)) return [index];
    seen.add(id);
    return [];
  });
}

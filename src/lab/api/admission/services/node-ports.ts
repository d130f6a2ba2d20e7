import type { Service } from '../../kinds/kinds.ts';
import type { ServicePort, ServiceSpec } from '../../kinds/service.ts';
import { type Fault, invalid } from '../faults.ts';
import { mayHaveNodePorts, needsHealthCheck, needsNodePorts } from './service-types.ts';

/** Node ports for the ports that need one, and one for health checks; no other Service may have any of them. */
export function allocateNodePorts(
  range: readonly [first: number, last: number],
  spec: ServiceSpec,
  others: readonly Service[],
): { readonly spec: ServiceSpec } | { readonly faults: readonly Fault[] } {
  const taken = new Set(others.flatMap(portsTaken));
  const { ports = [], healthCheckNodePort } = spec;
  const faults = [
    ...ports.flatMap(({ nodePort }, index) =>
      refused(range, taken, nodePort, `spec.ports[${index}].nodePort`),
    ),
    ...refused(range, taken, healthCheckNodePort, 'spec.healthCheckNodePort'),
  ];
  if (faults.length > 0) return { faults };
  const own = new Set(ports.map(({ nodePort }) => nodePort));
  const next = () => {
    const found = freePort(range, (port) => taken.has(port) || own.has(port));
    own.add(found);
    return found;
  };
  const given: ServicePort[] = [];
  // The same port of another protocol has the same node port.
  const same = ({ port }: ServicePort) =>
    [...given, ...ports].find((other) => other.port === port && other.nodePort !== undefined)?.nodePort;
  const isNeeded = needsNodePorts(spec);
  for (const port of ports)
    given.push(isNeeded && port.nodePort === undefined ? { ...port, nodePort: same(port) ?? next() } : port);
  const isChecked = needsHealthCheck(spec) && mayHaveNodePorts(spec);
  return {
    spec: {
      ...spec,
      ...(spec.ports === undefined ? {} : { ports: given }),
      ...(isChecked ? { healthCheckNodePort: healthCheckNodePort ?? next() } : {}),
    },
  };
}

function portsTaken({ spec }: Service): readonly number[] {
  return [...(spec.ports ?? []).map(({ nodePort }) => nodePort), spec.healthCheckNodePort].filter(
    (port) => port !== undefined,
  );
}

function refused(
  [first, last]: readonly [number, number],
  taken: ReadonlySet<number>,
  port: number | undefined,
  field: string,
): readonly Fault[] {
  if (port === undefined) return [];
  if (port < first || port > last)
    return [
      invalid(
        field,
        port,
        `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
      ),
    ];
  return taken.has(port) ? [invalid(field, port, 'provided port is already allocated')] : [];
}

/** The first 86 are left to Services that name theirs (KEP-3668), as long as there are others. */
function freePort([first, last]: readonly [number, number], isTaken: (port: number) => boolean): number {
  const reserved = last - first >= 512 ? 86 : 0;
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const free = [...all.slice(reserved), ...all.slice(0, reserved)].find((port) => !isTaken(port));
  if (free === undefined) throw new Error(`all node ports from ${first} to ${last} are taken`);
  return free;
}

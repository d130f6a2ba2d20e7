import isEqual from 'lodash/isEqual.js';
import type { ServicePort, ServiceSpec } from '../../kinds/service.ts';
import { isExternallyAccessible, needsClusterIP, needsHealthCheck, needsNodePorts } from './service-types.ts';

/**
 * What an update says, with what had been allocated and the client did not mention, and without what the new type does not
 * have (registry/core/service: patchAllocatedValues, normalizeClusterIPs, dropTypeDependentFields).
 */
export function carryOver(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  let changed = spec;
  for (const step of [clusterIPs, nodePorts, healthCheckNodePort, loadBalancerFields])
    changed = { ...changed, ...step(changed, before) };
  return changed;
}

type Step = (
  spec: ServiceSpec,
  before: ServiceSpec,
) => { readonly [F in keyof ServiceSpec]?: ServiceSpec[F] | undefined };

const clusterIPs: Step = (spec, before) => {
  const same = {
    clusterIPs: isEqual(spec.clusterIPs, before.clusterIPs) && spec.clusterIP === before.clusterIP,
    ipFamilies: isEqual(spec.ipFamilies, before.ipFamilies),
    ipFamilyPolicy: spec.ipFamilyPolicy === before.ipFamilyPolicy,
  };
  if (!needsClusterIP(spec))
    return {
      ...(same.clusterIPs ? { clusterIP: undefined, clusterIPs: undefined } : {}),
      ...(same.ipFamilies ? { ipFamilies: undefined } : {}),
      ...(same.ipFamilyPolicy ? { ipFamilyPolicy: undefined } : {}),
    };
  if (!needsClusterIP(before)) return spec.clusterIPs ? {} : listOfOne(spec.clusterIP);
  const clusterIP = spec.clusterIP ?? spec.clusterIPs?.[0] ?? before.clusterIP;
  if (clusterIP !== before.clusterIP && isEqual(spec.clusterIPs, before.clusterIPs))
    return listOfOne(clusterIP);
  return {
    clusterIP,
    clusterIPs:
      spec.clusterIPs ??
      (clusterIP === before.clusterIP ? before.clusterIPs : listOfOne(clusterIP).clusterIPs),
  };
};

function listOfOne(clusterIP: string | undefined): { readonly clusterIPs?: string[] } {
  return clusterIP === undefined ? {} : { clusterIPs: [clusterIP] };
}

/** A port keeps the node port of the port of its name. */
const nodePorts: Step = (spec, before) => {
  const ports = spec.ports ?? [];
  const old = before.ports ?? [];
  if (!needsNodePorts(before)) return {};
  const numbers = (list: readonly ServicePort[]) => list.map(({ nodePort }) => nodePort);
  if (!needsNodePorts(spec)) {
    const isSame = isEqual(numbers(ports), numbers(old));
    return isSame ? { ports: ports.map(({ nodePort: _released, ...port }) => port) } : {};
  }
  const used = new Set(numbers(ports).filter((number) => numbers(old).includes(number)));
  return {
    ports: ports.map((port) => {
      const own = old.find(({ name = '' }) => name === (port.name ?? ''))?.nodePort;
      return port.nodePort === undefined && own !== undefined && !used.has(own)
        ? { ...port, nodePort: own }
        : port;
    }),
  };
};

const healthCheckNodePort: Step = (spec, before) => {
  if (!needsHealthCheck(before)) return {};
  if (needsHealthCheck(spec))
    return { healthCheckNodePort: spec.healthCheckNodePort ?? before.healthCheckNodePort };
  return spec.healthCheckNodePort === before.healthCheckNodePort ? { healthCheckNodePort: undefined } : {};
};

const loadBalancerFields: Step = (spec, before) => {
  const dropped = (field: 'allocateLoadBalancerNodePorts' | 'loadBalancerClass' | 'externalTrafficPolicy') =>
    spec[field] === before[field] ? { [field]: undefined } : {};
  const isNoBalancer = before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer';
  const isInternal = isExternallyAccessible(before) && !isExternallyAccessible(spec);
  return {
    ...(isNoBalancer ? { ...dropped('allocateLoadBalancerNodePorts'), ...dropped('loadBalancerClass') } : {}),
    ...(isInternal ? dropped('externalTrafficPolicy') : {}),
  };
};

import type { ServicePort, ServiceSpec } from '../../kinds/service.ts';
import { type Context, defined, type Written } from '../written.ts';
import { carryOver } from './carry-over.ts';
import { isExternallyAccessible } from './service-types.ts';

/** Defaults of a Service (pkg/apis/core/v1/defaults.go), and what an update leaves out because the server had allocated it. */
export function completeService(
  object: Written<'Service'>,
  { before }: Context<'Service'>,
): Written<'Service'> {
  const spec = withDefaults(withoutZeros(object.spec));
  const carried = before === undefined ? withClusterIPs(spec) : carryOver(spec, before.spec);
  const keepsStatus = before !== undefined && carried.type === 'LoadBalancer';
  const status = keepsStatus ? (before.status ?? {}) : {};
  return { ...object, spec: defined(carried), status: { loadBalancer: {}, ...status } };
}

/** Clients in Go write empty texts and 0 for what is absent. */
function withoutZeros(spec: ServiceSpec): ServiceSpec {
  const { clusterIP, healthCheckNodePort, ports, ...rest } = spec;
  const absent: readonly unknown[] = ['', 0];
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => !absent.includes(value))),
    ...(clusterIP ? { clusterIP } : {}),
    ...(healthCheckNodePort ? { healthCheckNodePort } : {}),
    ...(ports === undefined ? {} : { ports: ports.map(portWithDefaults) }),
  };
}

function portWithDefaults({ name, protocol, targetPort, nodePort, ...port }: ServicePort): ServicePort {
  return {
    ...(name ? { name } : {}),
    protocol: protocol || 'TCP',
    ...port,
    targetPort: targetPort || port.port,
    ...(nodePort ? { nodePort } : {}),
  };
}

function withDefaults(given: ServiceSpec): ServiceSpec {
  const spec = { type: 'ClusterIP', sessionAffinity: 'None', ...given };
  return {
    ...spec,
    ...affinity(spec),
    ...(spec.type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
    ...(spec.type === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...(isExternallyAccessible(spec) ? { externalTrafficPolicy: 'Cluster' } : {}),
    ...given,
  };
}

/** Three hours. */
const affinityTimeout = 10_800;

function affinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): Partial<ServiceSpec> {
  if (sessionAffinity !== 'ClientIP') return {};
  const timeoutSeconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? affinityTimeout;
  return { sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
}

function withClusterIPs(spec: ServiceSpec): ServiceSpec {
  if (spec.clusterIP === undefined || spec.clusterIPs !== undefined) return spec;
  return { ...spec, clusterIPs: [spec.clusterIP] };
}

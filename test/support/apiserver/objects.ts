import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';

/** Objects for tests, as a client would write them; each takes what a case is about. */

interface ServiceOptions {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly clusterIP?: string;
  readonly port?: number;
  /** More fields of the spec, or others in place of these. */
  readonly spec?: ApiObject;
}

export function serviceObject(
  name: string,
  { namespace = 'default', labels, clusterIP = '10.96.0.10', port = 80, spec = {} }: ServiceOptions = {},
): ApiObject {
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
    spec: {
      ports: [{ name: 'http', protocol: 'TCP', port, targetPort: 8080 }],
      selector: { app: name },
      clusterIP,
      clusterIPs: [clusterIP],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      ...spec,
    },
    status: { loadBalancer: {} },
  };
}

interface EndpointSliceOptions {
  readonly namespace?: string;
  /** `NAME-1` where it is absent. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A slice of a Service, with ready endpoints at these addresses. */
export function endpointSliceObject(
  service: string,
  addresses: readonly string[],
  { namespace = 'default', name = `${service}-1`, labels = {} }: EndpointSliceOptions = {},
): ApiObject {
  return {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': service, ...labels } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-0',
    })),
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  };
}

interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly podCIDRs?: readonly string[];
  readonly internalIP?: string;
}

export function nodeObject(
  name: string,
  { labels = {}, podCIDRs = ['10.244.0.0/24'], internalIP = '192.168.50.10' }: NodeOptions = {},
): ApiObject {
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: podCIDRs.length === 0 ? {} : { podCIDR: podCIDRs[0], podCIDRs },
    status: { addresses: [{ type: 'InternalIP', address: internalIP }] },
  };
}

export function serviceCIDRObject(name: string, cidrs: readonly string[]): ApiObject {
  return {
    kind: 'ServiceCIDR',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name },
    spec: { cidrs },
    status: {},
  };
}

import { type Address, familyOf } from '../../../src/net/address.ts';
import type { Family } from '../../../src/net/family.ts';
import { type Balance, balanceAnnotation } from '../../../src/state/records.ts';
import type { Addresses } from './addresses.ts';

/** Where endpoints listen, and where Services answer. */
export const targetPort = 8080;
export const servicePort = 80;

/** A Service with one TCP and one UDP port, and its endpoints. */
export interface Web {
  readonly clusterIP: Address;
  readonly endpoints: readonly Address[];
  readonly name?: string;
  readonly nodePort?: number;
  readonly balance?: Balance;
  /** More of the Service's `spec`, and its `status`. */
  readonly spec?: object;
  readonly status?: object;
  /** Where its endpoints listen. */
  readonly targetPort?: number;
  /** Where the endpoints are; nowhere in particular by default. */
  readonly endpointsNode?: string;
}

/** The objects of it, as an API server would give them. */
export function web({ name = 'web', clusterIP, ...rest }: Web): object[] {
  const family = familyOf(clusterIP);
  return [service({ name, clusterIP, ...rest }, family), endpointSlice({ name, clusterIP, ...rest }, family)];
}

function service({ name, balance, clusterIP, nodePort, spec, status }: Web, family: Family): object {
  const annotations = balance === undefined ? {} : { [balanceAnnotation]: balance };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', annotations },
    spec: {
      type: nodePort === undefined ? 'ClusterIP' : 'NodePort',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: [family],
      ports: protocols.map(([name, protocol]) => ({ name, protocol, port: servicePort, nodePort })),
      ...spec,
    },
    status,
  };
}

function endpointSlice({ name, endpoints, endpointsNode, ...web }: Web, family: Family): object {
  const port = web.targetPort ?? targetPort;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-1`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': name },
    },
    addressType: family,
    ports: protocols.map(([name, protocol]) => ({ name, protocol, port })),
    endpoints: endpoints.map((address) => ({
      addresses: [address],
      conditions: { ready: true },
      nodeName: endpointsNode,
    })),
  };
}

const protocols = [
  ['tcp', 'TCP'],
  ['udp', 'UDP'],
] as const;

/** The node that every stage has. */
export function nodeObject({ node }: Addresses): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: nodeName },
    status: { addresses: [{ type: 'InternalIP', address: node }] },
  };
}

export const nodeName = 'stage';

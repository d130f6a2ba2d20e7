import { type Address, familyOf } from '../../../src/net/address.ts';
import { address } from '../records.ts';
import type { ApiObject } from './api-client.ts';

/** A Service and its EndpointSlice. No two of a test file have the same name or address. */
export interface Web {
  readonly name: string;
  readonly clusterIP: Address;
  readonly endpoint: Address;
  readonly service: ApiObject;
  readonly slice: ApiObject;
}

export interface WebOptions {
  /** Instead of one that nobody has. */
  readonly endpoints?: readonly object[];
  /** Of the Service and, as the controller would copy them, of the EndpointSlice. */
  readonly labels?: Readonly<Record<string, string>>;
  /** More of the Service's `spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Where endpoints listen, and where Services answer. */
export const targetPort = 8080;
export const servicePort = 80;

/** From here on a number has three digits, so that no address begins with another. */
let made = 100;

/** Makes the objects of an IPv4 Service with one TCP port. */
export function web({ endpoints, labels = {}, spec = {} }: WebOptions = {}): Web {
  made += 1;
  const name = `web-${made}`;
  const clusterIP = address(`10.96.100.${made}`);
  const endpoint = newEndpoint();
  const metadata = { name, namespace: 'default' };
  return {
    name,
    clusterIP,
    endpoint,
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, labels },
      spec: { clusterIP, ports: [{ name: 'http', port: servicePort, targetPort }], ...spec },
    },
    slice: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { ...labels, 'kubernetes.io/service-name': name } },
      addressType: familyOf(endpoint),
      ports: [{ name: 'http', protocol: 'TCP', port: targetPort }],
      endpoints: endpoints ?? [{ addresses: [endpoint] }],
    },
  };
}

let endpointsMade = 100;

/** An address that no other endpoint of a test file has. */
export function newEndpoint(): Address {
  endpointsMade += 1;
  return address(`10.244.200.${endpointsMade}`);
}

/** How nft lists it as the way of a packet. */
export function target(endpoint: Address): string {
  return `${endpoint} . ${targetPort}`;
}

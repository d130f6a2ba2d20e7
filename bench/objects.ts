import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How large a generated cluster is. */
export interface ClusterSize {
  readonly services: number;
  readonly endpoints: number;
}

/** Services in one file, as a cluster's objects would be split by namespace. */
const servicesPerFile = 100;

/** Writes a cluster as JSON Lists into a folder; returns the files' names. */
export function writeObjects(folder: string, { services, endpoints }: ClusterSize): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (let first = 0; first < services; first += servicesPerFile) {
    const count = Math.min(servicesPerFile, services - first);
    const items = Array.from({ length: count }, (_, offset) => first + offset).flatMap((index) => [
      service(index),
      slice(index, endpointAddresses(index, endpoints)),
    ]);
    const file = join(folder, `services-${String(first).padStart(6, '0')}.json`);
    writeFileSync(file, list(items));
    files.push(file);
  }
  return files;
}

/** The first file of the cluster with one endpoint of its first Service replaced by another address. */
export function firstFileWithOtherEndpoint({ services, endpoints }: ClusterSize, round: number): string {
  const count = Math.min(servicesPerFile, services);
  const items = Array.from({ length: count }, (_, index) => {
    const addresses = endpointAddresses(index, endpoints);
    const used =
      index === 0 ? [`10.99.${round >> 8}.${(round & 255) + 1}`, ...addresses.slice(1)] : addresses;
    return [service(index), slice(index, used)];
  });
  return list(items.flat());
}

function list(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/** The ClusterIP Service of this number; for numbers below 2,097,152. */
export function service(index: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `svc-${index}`, namespace: 'bench' },
    spec: {
      type: 'ClusterIP',
      clusterIP: clusterIP(index),
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
    },
  };
}

/** The address of the Service of this number. */
export function clusterIP(index: number): string {
  return `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** The only EndpointSlice of the Service of this number. */
export function slice(index: number, addresses: readonly string[]): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `svc-${index}-1`,
      namespace: 'bench',
      labels: { 'kubernetes.io/service-name': `svc-${index}` },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: addresses.map((address) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-1',
    })),
  };
}

/** The addresses of a Service's endpoints, where each Service has `count`; none has another's. */
export function endpointAddresses(index: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, place) => {
    const number = index * count + place;
    return `10.${128 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  });
}

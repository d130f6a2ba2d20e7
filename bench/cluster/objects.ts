import type { ApiClient, ApiObject } from '../../test/support/cluster/api-client.ts';
import { type ClusterSize, endpointAddresses, service, slice } from '../objects.ts';

/** The namespace of all objects. */
export const namespace = 'bench';

/** The Node of the machine that is measured; all endpoints are on another one. */
export const nodeName = 'node-0';

/** Requests under way at once: enough to keep an API server busy. */
const concurrency = 16;

/** Creates a generated cluster, and a Node with this address, at an API server. */
export async function createObjects(api: ApiClient, size: ClusterSize, address: string): Promise<void> {
  await api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, node(address));
  const indices = Array.from({ length: size.services }, (_, index) => index);
  await inParallel(indices, async (index) => {
    await api.create(serviceElsewhere(index));
    await api.create(slice(index, endpointAddresses(index, size.endpoints)) as ApiObject);
  });
}

async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = Iterator.from(items);
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/**
 * The Service with a ClusterIP from 10.100.0.0 on: the API server has taken some of the first itself. Each that it has to
 * find by itself would take it three times as long.
 */
function serviceElsewhere(index: number): ApiObject {
  const clusterIP = `10.${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
  const text = JSON.stringify(service(index), (key, value) => (key === 'clusterIP' ? clusterIP : value));
  return JSON.parse(text);
}

function node(address: string): ApiObject {
  const status = { addresses: [{ type: 'InternalIP', address }] };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName }, status };
}

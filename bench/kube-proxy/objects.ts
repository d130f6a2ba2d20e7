import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApiException,
  type KubernetesObject,
  KubernetesObjectApi,
  type V1Node,
} from '@kubernetes/client-node';
import { type ClusterSize, writeObjects } from '../objects.ts';
import { type ClusterAccess, kubeConfigOf } from './cluster.ts';

/** Requests under way at once: enough to keep an API server busy. */
const concurrency = 16;

/**
 * Puts a generated cluster's objects into a real one, in a namespace of their own, with a Node of the same name
 * for the proxy to run as; removes all of it when `use` has ended, or failed, or the signal came.
 */
export async function withObjects<T>(
  access: ClusterAccess,
  size: ClusterSize,
  interrupted: AbortSignal,
  use: (name: string) => Promise<T>,
): Promise<T> {
  const api = KubernetesObjectApi.makeApiClient(kubeConfigOf(access));
  const namespace = await api.create<KubernetesObject>({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: 'bench-' },
  });
  const name = namespace.metadata?.name ?? '';
  const objects: KubernetesObject[] = [node(name)];
  try {
    objects.push(...(await generatedObjects(size, name)));
    await inParallel(objects, async (object) => {
      interrupted.throwIfAborted();
      await api.create(object);
    });
    return await use(name);
  } finally {
    await inParallel(objects, (object) => remove(api, object));
    await remove(api, namespace);
  }
}

/** The objects as Portolan reads them, but for the namespace, and with addresses from the cluster's own range. */
async function generatedObjects(size: ClusterSize, namespace: string): Promise<readonly KubernetesObject[]> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const fitted = (key: string, value: unknown): unknown =>
    key === 'namespace' ? namespace : key === 'clusterIP' ? undefined : value;
  try {
    const texts = await Promise.all(writeObjects(folder, size).map((file) => readFile(file, 'utf8')));
    return texts.flatMap((text): readonly KubernetesObject[] => JSON.parse(text, fitted).items);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** kube-proxy waits half a minute for a Node without addresses. This one is no machine: nothing may be scheduled on it. */
function node(name: string): V1Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { unschedulable: true },
    status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] },
  };
}

async function remove(api: KubernetesObjectApi, object: KubernetesObject): Promise<void> {
  try {
    await api.delete(object);
  } catch (error) {
    const absent = error instanceof ApiException && error.code === 404;
    if (!absent) throw error;
  }
}

/** Does the work for every item; after a failure starts no more, and ends when none is under way. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async (): Promise<void> => {
    try {
      for (const item of queue) {
        if (failed) return;
        await work(item);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

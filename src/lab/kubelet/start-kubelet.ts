import type { Pod } from '../api/kinds/kinds.ts';
import type { ObjectStore, StoreChange } from '../api/store/object-store.ts';
import type { PodHost } from './pod-host.ts';
import { type PodWorker, startWorker } from './pod-worker.ts';

/** Runs the Pods that are assigned to one node. */
export interface Kubelet {
  /** The process that has the namespaces of a Pod (`namespace/name`) that runs here. */
  pidOf(pod: string): number | undefined;
  /** Ends all pods as when the power goes; the objects stay. */
  cutOff(): Promise<void>;
}

export function startKubelet(host: PodHost, store: ObjectStore): Kubelet {
  const workers = new Map<string, PodWorker>();
  const leaving = new Set<Promise<void>>();
  const take = (key: string, pod: Pod | undefined) => {
    const worker = workers.get(key);
    if (worker !== undefined && worker.uid !== pod?.metadata.uid) end(key, worker, 0, false);
    if (pod === undefined || pod.spec.nodeName !== host.name) return;
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
    const current = workers.get(key);
    if (deletionTimestamp === undefined) {
      if (current === undefined) workers.set(key, startWorker(pod, host, store));
      else current.refresh();
    } else if (current !== undefined) {
      end(key, current, Number(deletionGracePeriodSeconds), true);
    } else if (!ends.has(pod.metadata.uid)) {
      removeObject(key, pod.metadata.uid);
    }
  };
  const ends = new Set<string>();
  const end = (key: string, worker: PodWorker, seconds: number, isObjectThere: boolean) => {
    workers.delete(key);
    ends.add(worker.uid);
    const left = worker.end(seconds).then(() => {
      ends.delete(worker.uid);
      leaving.delete(left);
      if (isObjectThere) removeObject(key, worker.uid);
    });
    leaving.add(left);
  };
  const removeObject = (key: string, uid: string) => {
    if (store.get('Pod', key)?.metadata.uid === uid) store.remove('Pod', key, { gracePeriodSeconds: 0, uid });
  };
  const unwatch = store.watch((change: StoreChange) => {
    if (change.kind === 'Pod') take(change.key, store.get('Pod', change.key));
    if (change.kind === 'Service') for (const worker of workers.values()) worker.refresh();
  });
  for (const pod of store.list('Pod')) take(`${pod.metadata.namespace}/${pod.metadata.name}`, pod);
  return {
    pidOf: (pod) => workers.get(pod)?.pid,
    async cutOff() {
      unwatch();
      await Promise.all([...leaving, ...[...workers.values()].map((worker) => worker.cutOff())]);
      workers.clear();
    },
  };
}

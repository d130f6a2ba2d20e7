import { setTimeout as delay } from 'node:timers/promises';
import type { Pod, Service } from '../api/kinds/kinds.ts';
import { now, type ObjectStore } from '../api/store/object-store.ts';
import type { PodHost } from './pod-host.ts';
import { type RunningPod, startPod } from './pod-runtime.ts';
import { type PodProgress, podStatus } from './pod-status.ts';
import { servedPorts } from './served-ports.ts';

/** Keeps one Pod running on its node, until it is told to end. */
export interface PodWorker {
  readonly uid: string;
  /** The process that has the pod's namespaces, while it runs. */
  readonly pid: number | undefined;
  /** The Pod, or a Service, has changed. */
  refresh(): void;
  /** Ends the pod; its servers answer for so many seconds more. Resolves when nothing of it is left; never rejects. */
  end(seconds: number): Promise<void>;
  /** Ends the pod as when the power goes. */
  cutOff(): Promise<void>;
}

/** Seconds that a server goes on after it is told to end, if it has so many: until all proxies know that it leaves. */
const drainTime = 1;

/** Milliseconds between tries to make a pod. */
const pauses = [100, 500, 2_000, 5_000, 10_000] as const;

export function startWorker(first: Pod, host: PodHost, store: ObjectStore): PodWorker {
  const { uid, name, namespace = 'default' } = first.metadata;
  const key = `${namespace}/${name}`;
  const ending = new AbortController();
  const startTime = now();
  let [runningSince, restarts] = [startTime, 0];
  let progress: PodProgress = { kind: 'creating', reason: undefined };
  let running: RunningPod | undefined;
  const pod = () => {
    const found = store.get('Pod', key);
    return found?.metadata.uid === uid ? found : undefined;
  };
  const report = () => {
    const context = { nodeAddresses: host.addresses, startTime, runningSince, restarts };
    store.modify(
      'Pod',
      key,
      (object) =>
        object.metadata.uid === uid ? { ...object, status: podStatus(object, progress, context) } : undefined,
      { part: 'status' },
    );
  };
  const refresh = () => {
    const current = pod();
    if (current === undefined) return;
    running?.serve(servedPorts(current, servicesOf(store, namespace)));
    report();
  };
  const attempt = async () => {
    running = await startPod(pod() ?? first, host);
    runningSince = now();
    progress = { kind: 'running', addresses: running.addresses };
    refresh();
    // Whoever ends the process ends the pod, which is then made anew as the kubelet does it.
    await Promise.race([running.sandbox.ended, aborted(ending.signal)]);
    await stop();
    restarts += 1;
  };
  let isCutOff = false;
  const stop = async () => {
    const stopped = running;
    running = undefined;
    progress = { kind: 'creating', reason: undefined };
    const end = isCutOff ? stopped?.cutOff() : stopped?.stop();
    await end?.catch((error: unknown) => host.log(`pod ${key}: ${messageOf(error)}`));
  };
  const run = async () => {
    report();
    for (let tries = 0; !ending.signal.aborted; tries += 1) {
      try {
        await attempt();
        tries = 0;
      } catch (error) {
        host.log(`pod ${key}: ${messageOf(error)}`);
        progress = { kind: 'creating', reason: messageOf(error) };
      }
      if (ending.signal.aborted) return;
      report();
      const pause = pauses[Math.min(tries, pauses.length - 1)];
      await delay(pause, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  // Not before this worker is known: the first report is a change of the Pod.
  const done = Promise.resolve().then(run);
  return {
    uid,
    get pid() {
      return running?.sandbox.pid;
    },
    refresh,
    async end(seconds) {
      if (running !== undefined && seconds > 0)
        await delay(Math.min(seconds, drainTime) * 1_000, undefined, { signal: ending.signal }).catch(
          () => undefined,
        );
      ending.abort();
      await done;
    },
    async cutOff() {
      isCutOff = true;
      ending.abort();
      await done;
      report();
    },
  };
}

function servicesOf(store: ObjectStore, namespace: string): readonly Service[] {
  return store.list('Service', namespace);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { Pod, StatefulSet } from '../../api/kinds/kinds.ts';
import type { Objects } from '../../api/store/objects.ts';
import { type Action, create, remove, update } from '../action.ts';
import { isKeptBy } from '../owners.ts';
import { isActive, isReady, isTerminating } from '../pods.ts';
import { podOfTemplate } from './pod-of-template.ts';
import { templateHash } from './template-hash.ts';

const hashLabel = 'controller-revision-hash';

/** Pods with names that stay, `NAME-0` and on: one after the other, each when the one before is ready; replaced from the last on. */
export function keepStatefulSets(objects: Objects): readonly Action[] {
  return objects.list('StatefulSet').flatMap((set) => {
    if (set.metadata.deletionTimestamp !== undefined) return [];
    const all = objects.list('Pod', set.metadata.namespace);
    const pods = all.filter((pod) => isKeptBy(pod, set));
    // One of a set that is gone may be about to go.
    const isTaken = (name: string) => all.some(({ metadata }) => metadata.name === name);
    return [...report(set, pods), ...nextSteps(set, pods, isTaken)];
  });
}

function nextSteps(
  set: StatefulSet,
  pods: readonly Pod[],
  isTaken: (name: string) => boolean,
): readonly Action[] {
  const wanted = set.spec.replicas ?? 1;
  const hash = templateHash(set.spec.template);
  const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const places = Array.from({ length: wanted }, (_, index) => `${set.metadata.name}-${index}`);
  const surplus = pods.filter(({ metadata }) => !places.includes(metadata.name)).sort(lastFirst);
  const missing = places.filter((name) => !byName.has(name));
  const make = (name: string) => (isTaken(name) ? [] : [create(podOf(set, name, hash))]);
  const ended = pods.filter((pod) => !isActive(pod) && !isTerminating(pod)).map((pod) => remove(pod));
  const removals = surplus.filter((pod) => !isTerminating(pod)).map((pod) => remove(pod));
  if (set.spec.podManagementPolicy === 'Parallel')
    return [...ended, ...missing.flatMap(make), ...removals, ...replace(set, pods, places, hash)];
  const [next] = missing;
  const before = next === undefined ? places : places.slice(0, places.indexOf(next));
  const areReady = before.every((name) => isServing(byName.get(name)));
  if (ended.length > 0) return ended;
  if (next !== undefined) return areReady ? make(next) : [];
  if (surplus.length > 0) return surplus.some(isTerminating) || !areReady ? [] : removals.slice(0, 1);
  return areReady ? replace(set, pods, places, hash) : [];
}

function isServing(pod: Pod | undefined): boolean {
  return pod !== undefined && isActive(pod) && isReady(pod);
}

/** One at a time. */
function replace(
  set: StatefulSet,
  pods: readonly Pod[],
  places: readonly string[],
  hash: string,
): readonly Action[] {
  if (pods.some((pod) => !isServing(pod)) || pods.length < places.length) return [];
  const old = pods.filter(({ metadata }) => metadata.labels?.[hashLabel] !== hash).sort(lastFirst);
  return set.spec.replicas === 0 ? [] : old.slice(0, 1).map((pod) => remove(pod));
}

function lastFirst(a: Pod, b: Pod): number {
  return ordinal(b.metadata.name) - ordinal(a.metadata.name);
}

function ordinal(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}

function podOf(set: StatefulSet, name: string, hash: string) {
  const labels = {
    ...set.spec.template.metadata?.labels,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal(name)),
    [hashLabel]: hash,
  };
  const { serviceName = '' } = set.spec;
  const subdomain = serviceName === '' ? {} : { subdomain: serviceName };
  return podOfTemplate(set, { metadata: { name, labels }, spec: { hostname: name, ...subdomain } });
}

function report(set: StatefulSet, pods: readonly Pod[]): readonly Action[] {
  const hash = templateHash(set.spec.template);
  const active = pods.filter(isActive);
  const current = active.filter(({ metadata }) => metadata.labels?.[hashLabel] === hash).length;
  const ready = active.filter(isReady).length;
  const revision = `${set.metadata.name}-${hash}`;
  const status = {
    observedGeneration: set.metadata.generation,
    replicas: active.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: current,
    updatedReplicas: current,
    currentRevision: revision,
    updateRevision: revision,
  };
  return [update({ ...set, status }, 'status')];
}

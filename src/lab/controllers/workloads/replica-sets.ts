import type { Pod, ReplicaSet } from '../../api/kinds/kinds.ts';
import { selects } from '../../api/kinds/selects.ts';
import type { Objects } from '../../api/store/objects.ts';
import { type Action, create, remove, update } from '../action.ts';
import { controllerOf, isKeptBy, withController } from '../owners.ts';
import { isActive, isReady } from '../pods.ts';
import { podOfTemplate } from './pod-of-template.ts';

/** As many Pods as each ReplicaSet wants. Takes in Pods that its selector selects and nobody keeps, and lets go what it no longer selects. */
export function keepReplicaSets(objects: Objects): readonly Action[] {
  return objects.list('ReplicaSet').flatMap((set) => keep(set, objects.list('Pod', set.metadata.namespace)));
}

function keep(set: ReplicaSet, pods: readonly Pod[]): readonly Action[] {
  if (set.metadata.deletionTimestamp !== undefined) return [];
  const isSelected = ({ metadata }: Pod) => selects(set.spec.selector, metadata.labels ?? {});
  const kept = pods.filter((pod) => isKeptBy(pod, set));
  const orphans = pods.filter((pod) => controllerOf(pod) === undefined && isActive(pod) && isSelected(pod));
  const own = [...kept.filter(isSelected), ...orphans].filter(isActive);
  return [
    ...orphans.map((pod) => update(withController(pod, set))),
    ...kept.filter((pod) => isActive(pod) && !isSelected(pod)).map((pod) => update(withoutOwner(pod, set))),
    ...scale(set, own),
    ...report(set, own),
  ];
}

function scale(set: ReplicaSet, own: readonly Pod[]): readonly Action[] {
  const missing = (set.spec.replicas ?? 1) - own.length;
  if (missing < 0)
    return own
      .toSorted(leastMissed)
      .slice(0, -missing)
      .map((pod) => remove(pod));
  return Array.from({ length: missing }, () =>
    create(podOfTemplate(set, { metadata: { generateName: `${set.metadata.name}-` } })),
  );
}

/** Those go first that serve the least: without a Node, not ready, then the youngest (controller_utils.go, ActivePods). */
function leastMissed(a: Pod, b: Pod): number {
  const rank = (pod: Pod) => (pod.spec.nodeName === undefined ? 0 : isReady(pod) ? 2 : 1);
  return rank(a) - rank(b) || b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp);
}

function report(set: ReplicaSet, own: readonly Pod[]): readonly Action[] {
  const ready = own.filter(isReady).length;
  const status = {
    replicas: own.length,
    fullyLabeledReplicas: own.length,
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: set.metadata.generation,
  };
  return [update({ ...set, status }, 'status')];
}

function withoutOwner(pod: Pod, set: ReplicaSet): Pod {
  const ownerReferences = pod.metadata.ownerReferences?.filter(({ uid }) => uid !== set.metadata.uid);
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: ownerReferences ?? [] } };
}

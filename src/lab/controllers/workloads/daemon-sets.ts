import type { DaemonSet, Node, Pod } from '../../api/kinds/kinds.ts';
import { selectsAll } from '../../api/kinds/selects.ts';
import type { Objects } from '../../api/store/objects.ts';
import { type Action, create, remove, update } from '../action.ts';
import { isKeptBy } from '../owners.ts';
import { isActive, isReady, isTerminating } from '../pods.ts';
import { podOfTemplate } from './pod-of-template.ts';
import { templateHash } from './template-hash.ts';

const hashLabel = 'controller-revision-hash';

/** One Pod on each Node that the node selector takes, whatever the Node's taints; replaced one after the other. */
export function keepDaemonSets(objects: Objects): readonly Action[] {
  return objects.list('DaemonSet').flatMap((set) => {
    if (set.metadata.deletionTimestamp !== undefined) return [];
    const selector = set.spec.template.spec.nodeSelector ?? {};
    const nodes = objects
      .list('Node')
      .filter(
        ({ metadata }) =>
          metadata.deletionTimestamp === undefined && selectsAll(selector, metadata.labels ?? {}),
      );
    const pods = objects.list('Pod', set.metadata.namespace).filter((pod) => isKeptBy(pod, set));
    return keep(set, nodes, pods);
  });
}

function keep(set: DaemonSet, nodes: readonly Node[], pods: readonly Pod[]): readonly Action[] {
  const hash = templateHash(set.spec.template);
  const isCurrent = ({ metadata }: Pod) => metadata.labels?.[hashLabel] === hash;
  const on = ({ metadata }: Node) => pods.filter(({ spec }) => spec.nodeName === metadata.name);
  const bare = nodes.filter((node) => on(node).length === 0);
  const chosen = new Set(nodes.map(({ metadata }) => metadata.name));
  const [kept, surplus] = [true, false].map((isKept) =>
    pods.filter(({ spec }) => chosen.has(spec.nodeName ?? '') === isKept),
  );
  const ended = (kept ?? []).filter((pod) => !isActive(pod));
  const old = (kept ?? []).filter((pod) => isActive(pod) && !isCurrent(pod));
  const mayReplace = bare.length === 0 && (kept ?? []).filter(isCurrent).every(isReady) && ended.length === 0;
  const removed = [...(surplus ?? []), ...ended, ...(mayReplace ? old.slice(0, 1) : [])];
  return [
    ...report(set, nodes, (kept ?? []).filter(isActive), isCurrent),
    ...bare.map((node) => create(podOf(set, node, hash))),
    ...removed.filter((pod) => !isTerminating(pod)).map((pod) => remove(pod)),
  ];
}

function podOf(set: DaemonSet, node: Node, hash: string) {
  const labels = { ...set.spec.template.metadata?.labels, [hashLabel]: hash };
  return podOfTemplate(set, {
    metadata: { generateName: `${set.metadata.name}-`, labels },
    spec: { nodeName: node.metadata.name },
  });
}

function report(
  set: DaemonSet,
  nodes: readonly Node[],
  pods: readonly Pod[],
  isCurrent: (pod: Pod) => boolean,
): readonly Action[] {
  const ready = pods.filter(isReady).length;
  const status = {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: nodes.length,
    currentNumberScheduled: pods.length,
    updatedNumberScheduled: pods.filter(isCurrent).length,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: ready,
    numberUnavailable: Math.max(0, nodes.length - ready),
  };
  return [update({ ...set, status }, 'status')];
}

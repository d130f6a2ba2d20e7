import type { Node, Pod } from '../api/kinds/kinds.ts';
import { selectsAll } from '../api/kinds/selects.ts';
import { now } from '../api/store/now.ts';
import type { Objects } from '../api/store/objects.ts';
import { type Action, update } from './action.ts';
import { controllerOf } from './owners.ts';
import { isActive } from './pods.ts';
import { zoneOf } from './zones.ts';

/** Gives each Pod that has none a Node: one that may take it, where there are the fewest of its kind. */
export function schedulePods(objects: Objects): readonly Action[] {
  const nodes = objects.list('Node');
  const placed = objects.list('Pod').filter((pod) => isActive(pod) && pod.spec.nodeName !== undefined);
  return objects
    .list('Pod')
    .filter((pod) => pod.spec.nodeName === undefined && isActive(pod))
    .flatMap((pod) => {
      const node = best(
        nodes.filter((each) => mayTake(each, pod, placed)),
        pod,
        placed,
      );
      if (node === undefined) return unschedulable(pod, nodes.length);
      const scheduled = { ...pod, spec: { ...pod.spec, nodeName: node.metadata.name } };
      placed.push(scheduled);
      return [update(scheduled), withCondition(scheduled, { status: 'True' })];
    });
}

function mayTake(node: Node, pod: Pod, placed: readonly Pod[]): boolean {
  const isUp = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return (
    isUp === true &&
    node.spec?.unschedulable !== true &&
    node.metadata.deletionTimestamp === undefined &&
    selectsAll(pod.spec.nodeSelector ?? {}, node.metadata.labels ?? {}) &&
    toleratesTaints(node, pod) &&
    hasHostPorts(node, pod, placed)
  );
}

function toleratesTaints({ spec }: Node, pod: Pod): boolean {
  return (spec?.taints ?? []).every(
    ({ key, value, effect }) =>
      effect === 'PreferNoSchedule' ||
      (pod.spec.tolerations ?? []).some(
        (toleration) =>
          (toleration.key === undefined || toleration.key === key) &&
          (toleration.effect === undefined || toleration.effect === effect) &&
          (toleration.operator === 'Exists' || (toleration.value ?? '') === (value ?? '')),
      ),
  );
}

function hasHostPorts({ metadata }: Node, pod: Pod, placed: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return true;
  const taken = new Set(
    placed.filter(({ spec }) => spec.nodeName === metadata.name).flatMap((other) => hostPorts(other)),
  );
  return wanted.every((port) => !taken.has(port));
}

function hostPorts({ spec }: Pod): readonly string[] {
  return spec.containers
    .flatMap(({ ports = [] }) => ports)
    .filter(({ hostPort }) => hostPort !== undefined)
    .map(({ hostPort, protocol = 'TCP' }) => `${protocol} ${hostPort}`);
}

/** The fewest of its kind in the zone, then on the Node, then the fewest Pods at all. */
function best(nodes: readonly Node[], pod: Pod, placed: readonly Pod[]): Node | undefined {
  const owner = controllerOf(pod);
  const siblings = placed.filter((other) => owner !== undefined && controllerOf(other) === owner);
  const names = new Map<string, Set<string>>();
  for (const node of nodes) {
    const inZone = names.get(zoneOf(node)) ?? new Set();
    names.set(zoneOf(node), inZone.add(node.metadata.name));
  }
  const on = (pods: readonly Pod[], where: ReadonlySet<string>) =>
    pods.filter(({ spec }) => where.has(spec.nodeName ?? '')).length;
  const rank = (node: Node) => {
    const itself = new Set([node.metadata.name]);
    return [
      on(siblings, names.get(zoneOf(node)) ?? itself),
      on(siblings, itself),
      on(placed, itself),
    ] as const;
  };
  return nodes
    .map((node) => ({ node, rank: rank(node) }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2])[0]?.node;
}

/** Said in the Pod's status, once. */
function unschedulable(pod: Pod, nodes: number): readonly Action[] {
  const message = `0/${nodes} nodes are available: none is ready and fits the Pod's node selector, tolerations and host ports.`;
  const before = pod.status?.conditions ?? [];
  const said = before.some((condition) => condition.type === 'PodScheduled' && condition.message === message);
  if (said) return [];
  return [withCondition(pod, { status: 'False', reason: 'Unschedulable', message })];
}

/** The condition PodScheduled, in the place of an earlier one. */
function withCondition(pod: Pod, said: Omit<Condition, 'type'>): Action {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const condition = { type: 'PodScheduled', ...said, lastTransitionTime: now() };
  return update({ ...pod, status: { ...pod.status, conditions: [...others, condition] } }, 'status');
}

type Condition = NonNullable<NonNullable<Pod['status']>['conditions']>[number];

import type { Deployment, Pod, ReplicaSet } from '../../api/kinds/kinds.ts';
import { selects } from '../../api/kinds/selects.ts';
import type { Objects } from '../../api/store/objects.ts';
import { type Action, create, remove, update } from '../action.ts';
import { controllerOf, controllerReference, isKeptBy, withController } from '../owners.ts';
import { isOver } from '../pods.ts';
import { deploymentStatus } from './deployment-status.ts';
import { planRollout, replicasOf } from './plan-rollout.ts';
import { hashLabel, templateHash } from './template-hash.ts';

const revision = 'deployment.kubernetes.io/revision';

/** One ReplicaSet for each version of a Deployment's template, the newest taking over from the others as its strategy says. */
export function keepDeployments(objects: Objects): readonly Action[] {
  return objects.list('Deployment').flatMap((deployment) => {
    if (deployment.metadata.deletionTimestamp !== undefined) return [];
    const { namespace } = deployment.metadata;
    const all = objects.list('ReplicaSet', namespace);
    const orphans = all.filter((set) => isOrphanOf(set, deployment));
    if (orphans.length > 0) return orphans.map((set) => update(withController(set, deployment)));
    const sets = all.filter((set) => isKeptBy(set, deployment));
    const pods = objects.list('Pod', namespace).filter((pod) => !isOver(pod));
    // One of a Deployment that is gone may be about to go.
    const isTaken = (name: string) => all.some(({ metadata }) => metadata.name === name);
    return keep(deployment, sets, pods, isTaken);
  });
}

/** What it, or a Deployment of its name before it, left behind. */
function isOrphanOf(set: ReplicaSet, { spec }: Deployment): boolean {
  return controllerOf(set) === undefined && selects(spec.selector, set.metadata.labels ?? {});
}

function keep(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  pods: readonly Pod[],
  isTaken: (name: string) => boolean,
): readonly Action[] {
  const hash = templateHash(deployment.spec.template);
  const current = sets.find(({ metadata }) => metadata.labels?.[hashLabel] === hash);
  const others = sets.filter((set) => set !== current);
  const areGone = !others.some((set) => pods.some((pod) => isKeptBy(pod, set)));
  const status = deploymentStatus(deployment, current, others);
  const report = update({ ...deployment, status }, 'status');
  if (deployment.spec.paused === true) return [report, ...scalePaused(deployment, sets)];
  if (current === undefined) {
    const set = newSet(deployment, others, hash);
    return isTaken(set.metadata.name) ? [report] : [report, create(set)];
  }
  return [
    report,
    ...number(deployment, current, others),
    ...planRollout(deployment, current, others, areGone).map(({ set, replicas }) =>
      update({ ...set, spec: { ...set.spec, replicas } }),
    ),
    ...forget(deployment, others),
  ];
}

/** It begins without Pods; the strategy says how many it may have. */
function newSet(deployment: Deployment, others: readonly ReplicaSet[], hash: string) {
  const { name, namespace, annotations } = deployment.metadata;
  const { selector, template } = deployment.spec;
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  return {
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: { ...withoutOwn(annotations), [revision]: String(highest(others) + 1) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function withoutOwn(annotations: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...others } = annotations;
  return others;
}

/** A version that comes back is the newest again. The Deployment says which one it is at. */
function number(
  deployment: Deployment,
  current: ReplicaSet,
  others: readonly ReplicaSet[],
): readonly Action[] {
  const own = Number(current.metadata.annotations?.[revision] ?? 0);
  const newest = others.length > 0 && highest(others) >= own ? highest(others) + 1 : own;
  return [current, deployment].flatMap((object) => {
    const { annotations } = object.metadata;
    if (annotations?.[revision] === String(newest)) return [];
    return [
      update({
        ...object,
        metadata: { ...object.metadata, annotations: { ...annotations, [revision]: String(newest) } },
      }),
    ];
  });
}

function highest(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(({ metadata }) => Number(metadata.annotations?.[revision] ?? 0)));
}

/** While a rollout is paused, the newest version is scaled alone. */
function scalePaused({ spec }: Deployment, sets: readonly ReplicaSet[]): readonly Action[] {
  const active = sets.filter((set) => replicasOf(set) > 0);
  const [only] = active;
  const replicas = spec.replicas ?? 1;
  if (only === undefined || active.length > 1 || replicasOf(only) === replicas) return [];
  return [update({ ...only, spec: { ...only.spec, replicas } })];
}

/** Versions without Pods stay for `kubectl rollout undo`, as many as the Deployment says. */
function forget({ spec }: Deployment, others: readonly ReplicaSet[]): readonly Action[] {
  const unused = others
    .filter((set) => replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0)
    .sort((a, b) => highest([a]) - highest([b]));
  return unused
    .slice(0, Math.max(0, unused.length - (spec.revisionHistoryLimit ?? 10)))
    .map((set) => remove(set));
}

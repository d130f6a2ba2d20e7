import type { Problem } from '../../state/problem.ts';
import type { Written } from '../api/admission/written.ts';
import type { Kind } from '../api/kinds/kinds.ts';
import type { ApiObject } from '../api/store/api-object.ts';
import { clean, cleanPodSpec, cleanTemplate } from './clean.ts';
import { type Dump, type Step, titleOf } from './found.ts';
import { fewer } from './rebuild-workloads.ts';

/**
 * Pods that stand for themselves, and Deployments in place of those whose owner the file lacks. Pods of a workload that is
 * in the file are left to it.
 */
export function rebuildPods(dump: Dump, limit: number, nodes: ReadonlySet<string>): Step {
  const problems: Problem[] = [];
  const objects: ApiObject[] = [];
  const ofSets = new Map<string, Pod[]>();
  for (const pod of dump.list('Pod')) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (isOver) problems.push({ object: titleOf(pod), reason: 'is left out: it has ended' });
    else if (owner === undefined) objects.push(rebuildPod(pod, nodes));
    else if (owner.kind === 'Node')
      problems.push({
        object: titleOf(pod),
        reason: `is left out: it belongs to the Node ${owner.name} itself`,
      });
    else if (!isInFile(dump, owner, pod)) {
      const key = `${pod.metadata.namespace}/${workloadName(owner, pod)}`;
      ofSets.set(key, [...(ofSets.get(key) ?? []), pod]);
    }
  }
  for (const [key, pods] of ofSets) {
    const deployment = deploymentOf(key, pods, limit);
    objects.push(deployment);
    if (pods.length > limit) problems.push(fewer(`Deployment ${key}`, pods.length, limit));
  }
  return { objects, problems };
}

type Pod = Written<'Pod'>;
interface Owner {
  readonly kind: string;
  readonly name: string;
}

const workloads: readonly Kind[] = ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'];

/** The Deployment of a ReplicaSet counts as well. */
function isInFile(dump: Dump, owner: Owner, pod: Pod): boolean {
  const { namespace } = pod.metadata;
  const kind = workloads.find((each) => each === owner.kind);
  const direct = kind === undefined ? undefined : dump.get(kind, owner.name, namespace);
  const byName =
    owner.kind === 'ReplicaSet' ? dump.get('Deployment', workloadName(owner, pod), namespace) : undefined;
  if (byName !== undefined) return true;
  if (direct === undefined) return false;
  const above = direct.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return above === undefined || above.kind !== 'Deployment' || isInFile(dump, above, pod);
}

/** A ReplicaSet's name ends in the hash of its Deployment's template. */
function workloadName({ kind, name }: Owner, { metadata }: Pod): string {
  const hash = metadata.labels?.['pod-template-hash'];
  return kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)
    ? name.slice(0, -hash.length - 1)
    : name;
}

function deploymentOf(key: string, pods: readonly Pod[], limit: number): ApiObject {
  const [namespace = '', name = ''] = key.split('/');
  const [first] = pods;
  const template =
    first === undefined
      ? undefined
      : cleanTemplate({ metadata: { labels: { ...first.metadata.labels } }, spec: first.spec });
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name, namespace },
    spec: {
      replicas: Math.min(pods.length, limit),
      selector: { matchLabels: template?.metadata?.labels ?? {} },
      template,
    },
  };
}

/** On its own Node, if the lab has that. */
function rebuildPod(pod: Pod, nodes: ReadonlySet<string>): ApiObject {
  const { nodeName } = pod.spec;
  const spec = cleanPodSpec(pod.spec);
  return {
    ...clean(pod),
    spec: nodeName !== undefined && nodes.has(nodeName) ? { ...spec, nodeName } : spec,
  };
}

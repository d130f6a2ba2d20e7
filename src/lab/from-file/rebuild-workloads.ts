import type { Problem } from '../../state/problem.ts';
import type { Written } from '../api/admission/written.ts';
import type { ApiObject } from '../api/store/api-object.ts';
import { clean, cleanTemplate } from './clean.ts';
import { type Dump, type Step, titleOf } from './found.ts';

/** Deployments, StatefulSets, DaemonSets and ReplicaSets that nobody owns, with no more Pods each than the limit. */
export function rebuildWorkloads(dump: Dump, limit: number): Step {
  const problems: Problem[] = [];
  const scaled = (['Deployment', 'StatefulSet', 'ReplicaSet'] as const)
    .flatMap((kind): readonly Scaled[] => dump.list(kind))
    .filter((workload) => workload.kind !== 'ReplicaSet' || !isOwned(workload));
  const objects: ApiObject[] = scaled.map((workload) => {
    const { replicas = 1 } = workload.spec;
    if (replicas > limit) problems.push(fewer(titleOf(workload), replicas, limit));
    return {
      ...clean(workload),
      spec: {
        ...specOf(workload),
        replicas: Math.min(replicas, limit),
        template: cleanTemplate(workload.spec.template),
      },
    };
  });
  const everywhere = dump.list('DaemonSet').map((workload) => ({
    ...clean(workload),
    spec: { ...workload.spec, template: cleanTemplate(workload.spec.template) },
  }));
  return { objects: [...objects, ...everywhere], problems };
}

type Scaled = Written<'Deployment'> | Written<'StatefulSet'> | Written<'ReplicaSet'>;

export function fewer(object: string, pods: number, limit: number): Problem {
  return { object, field: 'spec.replicas', reason: `${pods} Pods are ${limit} in the lab` };
}

/** Storage belongs to the other cluster. */
function specOf({ spec }: Scaled): ApiObject {
  const { volumeClaimTemplates: _claims, ...own } = spec;
  return own;
}

function isOwned({ metadata }: Scaled): boolean {
  return (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'Deployment');
}

import type { PodTemplate } from '../../api/kinds/pod.ts';
import type { ApiObject, StoredObject } from '../../api/store/api-object.ts';
import { controllerReference } from '../owners.ts';

type Workload = StoredObject & { readonly spec: { readonly template: PodTemplate } };

/** What a Pod has beside what the template says, or in its place. */
interface Own {
  readonly metadata: ApiObject;
  readonly spec?: ApiObject;
}

/** A Pod of the workload, by its template. */
export function podOfTemplate(workload: Workload, own: Own): ApiObject {
  const { metadata, spec } = workload.spec.template;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      ...metadata,
      ...own.metadata,
      namespace: workload.metadata.namespace,
      ownerReferences: [controllerReference(workload)],
    },
    spec: { ...spec, ...own.spec },
  };
}

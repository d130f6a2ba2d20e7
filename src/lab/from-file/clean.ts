import type { Written, WrittenMetadata } from '../api/admission/written.ts';
import type { Kind } from '../api/kinds/kinds.ts';
import type { PodSpec, PodTemplate } from '../api/kinds/pod.ts';
import type { ApiObject } from '../api/store/api-object.ts';

/** The object without what only the cluster that it comes from could know or set. */
export function clean<K extends Kind>({
  status: _status,
  metadata,
  ...object
}: Written<K>): ApiObject & {
  readonly metadata: WrittenMetadata;
} {
  const { name, namespace } = metadata;
  const [labels, annotations] = [metadata.labels, ownAnnotations(metadata.annotations)];
  return {
    ...object,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}

const notOwn = ['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision'];

function ownAnnotations(annotations: Readonly<Record<string, string>> | undefined) {
  const own = Object.entries(annotations ?? {}).filter(([key]) => !notOwn.includes(key));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** What of a Pod's spec is the other cluster's: its Node, volumes, identity. Labs have neither of them. */
export function cleanPodSpec({ nodeName: _node, containers, ...spec }: PodSpec): PodSpec {
  const {
    volumes: _volumes,
    serviceAccount: _account,
    serviceAccountName: _accountName,
    imagePullSecrets: _secrets,
    priorityClassName: _class,
    priority: _priority,
    preemptionPolicy: _preemption,
    affinity: _affinity,
    ...own
  } = spec;
  return {
    ...own,
    containers: containers.map(({ volumeMounts: _mounts, ...container }) => container),
  };
}

/** A template without the labels by which its controller told versions apart. */
export function cleanTemplate({ metadata, spec }: PodTemplate): PodTemplate {
  const { creationTimestamp: _time, labels = {}, annotations } = metadata ?? {};
  const own = Object.entries(labels).filter(([key]) => !versionLabels.includes(key));
  return {
    metadata: {
      labels: Object.fromEntries(own),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: cleanPodSpec(spec),
  };
}

const versionLabels = [
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
];

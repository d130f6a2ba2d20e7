import { loadAll } from 'js-yaml';
import { readDocument } from '../docs/documents.ts';

/** A file with a workload, its service account and its role. */
export interface WorkloadManifest {
  readonly role: Manifest | undefined;
  readonly binding: Manifest | undefined;
  readonly workload: Workload | undefined;
  /** Of the first container: the program's name and what follows. */
  readonly command: readonly string[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
  readonly spec?: Workload;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
}

interface Workload {
  readonly selector: { readonly matchLabels: object };
  readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec };
}

interface PodSpec {
  readonly dnsPolicy?: string;
  readonly serviceAccountName: string;
  readonly containers: readonly { readonly command: readonly string[] }[];
}

export function readWorkloadManifest(path: string, kind: 'Deployment' | 'DaemonSet'): WorkloadManifest {
  const objects = loadAll(readDocument(path)) as readonly Manifest[];
  const find = (wanted: string) => objects.find((object) => object.kind === wanted);
  const workload = find(kind)?.spec;
  return {
    role: find('ClusterRole'),
    binding: find('ClusterRoleBinding'),
    workload,
    command: workload?.template.spec.containers[0]?.command ?? [],
  };
}

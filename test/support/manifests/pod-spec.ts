import type { Manifest } from './kustomization.ts';

/** The part of a pod's specification that the tests look at. */
export interface PodSpec {
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly [field: string]: unknown;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly [field: string]: unknown;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number };
}

export interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly hostPath?: { readonly path: string; readonly type: string };
}

/** The pods of a DaemonSet, or of a patch of one. */
export function podSpec(manifest: Manifest | undefined): PodSpec {
  if (manifest?.kind !== 'DaemonSet') throw new TypeError('there is no DaemonSet');
  return (manifest.spec as { template: { spec: PodSpec } }).template.spec;
}

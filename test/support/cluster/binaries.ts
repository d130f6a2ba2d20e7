import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export type Binary = 'etcd' | 'kube-apiserver' | 'kubectl' | 'kube-proxy';

/** Where a program of Kubernetes is: in the folder that KUBEBUILDER_ASSETS names, as for envtest. */
export function binaryPath(name: Binary): string {
  return join(process.env.KUBEBUILDER_ASSETS ?? '', name);
}

/** What this machine lacks of them, in words; `undefined` where nothing is missing. */
export function binariesUnavailable(names: readonly Binary[]): string | undefined {
  const folder = process.env.KUBEBUILDER_ASSETS ?? '';
  if (folder === '') return `KUBEBUILDER_ASSETS does not name a folder with ${names.join(', ')}`;
  const missing = names.filter((name) => !isExecutable(binaryPath(name)));
  return missing.length === 0 ? undefined : `not in KUBEBUILDER_ASSETS (${folder}): ${missing.join(', ')}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

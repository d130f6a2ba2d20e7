import type { ApiAccess } from './kube-config.ts';

/** What says where the API server is. */
export interface AccessHints {
  /** `clientConnection.kubeconfig`, or `--kubeconfig`. */
  readonly kubeconfig: string | undefined;
  /** `--master`. */
  readonly master: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * As kube-proxy chooses: the kubeconfig, the address, the service account of the pod. Last, the first file in KUBECONFIG,
 * for who looks at a cluster from elsewhere. `undefined` where nothing says it.
 */
export function apiAccess({ kubeconfig, master, environment }: AccessHints): ApiAccess | undefined {
  if (kubeconfig) return { kind: 'kubeconfig', path: kubeconfig, master: master || undefined };
  if (master) return { kind: 'master', master };
  if (environment.KUBERNETES_SERVICE_HOST) return { kind: 'in-cluster' };
  const [path] = (environment.KUBECONFIG ?? '').split(':').filter((file) => file !== '');
  return path === undefined ? undefined : { kind: 'kubeconfig', path, master: undefined };
}

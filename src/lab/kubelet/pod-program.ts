import type { Pod } from '../api/kinds/kinds.ts';

/** A program of this package that a pod runs in place of servers that say who they are. */
export interface PodProgram {
  /** Of its log. */
  readonly name: string;
  readonly args: readonly string[];
  /** Where it answers `/readyz` by HTTP. */
  readonly healthPort: number;
}

/** Decided by names and labels alone: what an object says of commands and images is never run. */
export function programOf(
  { metadata: { namespace, labels } }: Pod,
  kubeconfig: string,
): PodProgram | undefined {
  if (namespace !== 'kube-system' || labels?.['k8s-app'] !== 'kube-dns') return undefined;
  return {
    name: 'kube-dns',
    args: ['dns', `--kubeconfig=${kubeconfig}`, `--http=[::]:${healthPort}`],
    healthPort,
  };
}

const healthPort = 9153;

import { dump } from 'js-yaml';

/**
 * A kubeconfig for the API server of a lab, in the form that kubeadm writes. `name` is the context's. The token is in the
 * path: kubectl sends none over plain HTTP.
 */
export function labKubeconfig(name: string, address: string, token: string): string {
  const server = `http://${address}/${token}`;
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

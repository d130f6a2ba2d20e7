import { join } from 'node:path';
import { binaryPath } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { adminToken, apiServerPort } from './control-plane.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** Runs kubectl as the administrator of a cluster, and returns what it prints. */
export async function kubectl({ folder, host, plane }: Cluster, args: readonly string[]): Promise<string> {
  const kubeconfig = join(folder, 'administrator.kubeconfig');
  const server = `https://127.0.0.1:${apiServerPort}`;
  const { authority } = plane.certificates;
  await writeKubeconfig(kubeconfig, { server, authority, user: { token: adminToken } });
  const cache = join(folder, 'kubectl');
  return await host.exec(binaryPath('kubectl'), [
    ...['--kubeconfig', kubeconfig, '--cache-dir', cache],
    ...args,
  ]);
}

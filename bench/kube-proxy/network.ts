import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type ClusterAccess, kubeConfigOf } from './cluster.ts';
import { forward, insideServer, outsideSocket } from './forward.ts';

/**
 * Runs a script of this folder in network, mount and PID namespaces of its own, which end with it, and returns
 * the JSON that it prints. Its first argument is a folder with a `kubeconfig` for the cluster; the API server
 * answers inside once the script forwards `insideServer` to the `outsideSocket` of that folder.
 */
export async function inNetworkWithCluster<T>(
  script: string,
  args: readonly string[],
  access: ClusterAccess,
  interrupted: AbortSignal,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const { hostname, port, protocol } = new URL(access.cluster.server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const server = { host, port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port) };
  const forwarder = await forward(outsideSocket(folder), server);
  try {
    const kubeconfig = kubeConfigOf(seenFromInside(access, host)).exportConfig();
    await writeFile(join(folder, 'kubeconfig'), kubeconfig, { mode: 0o600 });
    return await runInside<T>(script, [folder, ...args], interrupted);
  } finally {
    forwarder.close();
    await rm(folder, { recursive: true });
  }
}

/** The certificate is still checked for the name that the server had outside. */
function seenFromInside({ cluster, user }: ClusterAccess, host: string): ClusterAccess {
  const url = new URL(cluster.server);
  url.host = `${insideServer.host}:${insideServer.port}`;
  return { cluster: { ...cluster, server: url.href, tlsServerName: cluster.tlsServerName ?? host }, user };
}

/** Whatever the script started ends with it, as with the first process of any PID namespace. */
async function runInside<T>(script: string, args: readonly string[], interrupted: AbortSignal): Promise<T> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  // A server that has only an address is checked for that address, which Node does not name in TLS, and says so.
  const node = [process.execPath, '--disable-warning=DEP0123'];
  const commands = 'mount -t tmpfs none /run && ip link set lo up && exec "$@"';
  const { stdout } = await execa(
    'unshare',
    [...namespaces, 'sh', '-c', commands, 'sh', ...node, path, ...args],
    // unshare ignores the signals that ask.
    { stderr: 'inherit', cancelSignal: interrupted, killSignal: 'SIGKILL' },
  );
  return JSON.parse(stdout);
}

import { execInNamespace } from '../../../test/support/lab/host.ts';
import { createNamespaces, ipBatch } from '../../../test/support/lab/namespaces.ts';

/** A network namespace that forwards. */
export interface Node extends AsyncDisposable {
  readonly namespace: string;
}

/** A node without rules. */
export async function createForwarder(): Promise<Node> {
  const namespaces = await createNamespaces(['node']);
  const namespace = namespaces.nameOf('node');
  await ipBatch(['link set lo up'], namespace);
  await setSysctl(namespace, 'net/ipv4/ip_forward', 1);
  return { namespace, [Symbol.asyncDispose]: () => namespaces[Symbol.asyncDispose]() };
}

/** The key is a path below /proc/sys. */
export async function setSysctl(namespace: string, key: string, value: string | number): Promise<void> {
  await execInNamespace(namespace, 'tee', [`/proc/sys/${key}`], { input: String(value) });
}

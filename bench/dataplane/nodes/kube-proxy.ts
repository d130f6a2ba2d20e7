import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { diesWithParent } from '../../../test/support/cluster/daemon.ts';
import { inNamespace } from '../../../test/support/lab/namespaces.ts';
import type { KubeProxyOutcome, KubeProxyTask } from './kube-proxy-rules.ts';

/** kube-proxy's rules are not all in force: it takes too long, or has ended. */
export class NotProgrammed extends Error {}

/**
 * Lets kube-proxy program the objects of a folder into a namespace; it has ended then, and its rules stay. Throws
 * `NotProgrammed`.
 */
export async function programByKubeProxy(namespace: string, task: KubeProxyTask): Promise<void> {
  const [first, ...words] = inNamespace(namespace);
  // In a PID namespace, with which an iptables-restore under way ends too. unshare ignores the signals that ask.
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const script = fileURLToPath(new URL('kube-proxy-rules.ts', import.meta.url));
  const node = [process.execPath, script, JSON.stringify(task)];
  const command = [...words, ...diesWithParent, 'unshare', ...namespaces, ...node];
  const { stdout } = await execa(first, command, { stderr: 'inherit' });
  const outcome: KubeProxyOutcome = JSON.parse(stdout);
  if (!outcome.done) throw new NotProgrammed(outcome.reason);
}

import { fileURLToPath } from 'node:url';
import { execInNamespace } from '../../test/support/lab/host.ts';
import { createNamespaces, ipBatch } from '../../test/support/lab/namespaces.ts';
import { clusterCIDR } from '../iptables/rules.ts';
import type { MeasuredServices } from './objects.ts';
import type { Mode } from './options.ts';

/** A network namespace that forwards, with Portolan's rules for a cluster in it. */
export interface Node extends AsyncDisposable {
  readonly namespace: string;
}

/** Lets Portolan program the objects of a folder into a new node; throws where it leaves something out. */
export async function createNode(mode: Mode, folder: string, measured: MeasuredServices): Promise<Node> {
  const node = await createForwarder();
  try {
    const flags = ['--source', folder, '--cluster-cidr', clusterCIDR, ...modeFlags[mode]];
    await execInNamespace(node.namespace, portolan, ['run', '--once', ...flags]);
    // Ports are used again within seconds: the entry of an ended connection must not be there any more.
    await setSysctl(node.namespace, 'net/netfilter/nf_conntrack_tcp_timeout_time_wait', 1);
    if (mode !== 'nftables') await checkPositions(node.namespace, mode, measured);
    return node;
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
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

const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));

const modeFlags: Readonly<Record<Mode, readonly string[]>> = {
  'iptables-nft': ['--proxy-mode', 'iptables', '--iptables-variant', 'nft'],
  'iptables-legacy': ['--proxy-mode', 'iptables', '--iptables-variant', 'legacy'],
  nftables: ['--proxy-mode', 'nftables'],
};

/** What the table calls the middle and the last rule of the chain must be there: packets walk it in order. */
async function checkPositions(
  namespace: string,
  mode: Exclude<Mode, 'nftables'>,
  { middle, last }: MeasuredServices,
): Promise<void> {
  const listing = await execInNamespace(namespace, mode, ['-t', 'nat', '-S', 'KUBE-SERVICES']);
  const destinations = [...listing.matchAll(/ -d (\S+)\/32 /g)].map(([, address]) => address);
  const expected = [
    [middle, destinations.length >> 1],
    [last, destinations.length - 1],
  ] as const;
  for (const [{ clusterIP }, index] of expected) {
    if (destinations[index] === clusterIP) continue;
    throw new Error(`the rule for ${clusterIP} is not number ${index + 1} of KUBE-SERVICES`);
  }
}

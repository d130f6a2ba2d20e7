import { mkdtemp } from 'node:fs/promises';
import { iptablesUnavailable } from '../../../test/support/lab/unavailable.ts';
import { bareCases, casesOf, type NodeCases, rulesName } from '../cases.ts';
import { type ServiceAddresses, writeCluster } from '../objects.ts';
import type { DataplaneOptions, Mode, ProxyRules } from '../options.ts';
import { createForwarder } from './forwarder.ts';
import { NotProgrammed, programByKubeProxy } from './kube-proxy.ts';
import { programByPortolan } from './portolan.ts';
import { createProgrammedNode, type ProgrammedNode } from './programmed-node.ts';

/** All that is measured; disposing of it removes the nodes. */
export interface Nodes extends AsyncDisposable {
  readonly cases: readonly NodeCases[];
  /** Sentences on what could not be measured. */
  readonly leftOut: readonly string[];
}

/** A node without rules, and one for each mode, size and proxy: those of a mode in a row, kube-proxy's beside Portolan's. */
export async function createNodes(options: DataplaneOptions): Promise<Nodes> {
  await using stack = new AsyncDisposableStack();
  const clusters = await Promise.all(options.services.map(createCluster));
  const bare = stack.use(await createForwarder());
  const pods = clusters.flatMap(({ services }) => services).slice(0, 1);
  const cases = pods.map((pod) => bareCases(bare.namespace, pod));
  const unavailable = unavailableModes(options);
  const leftOut = [...unavailable].map(([mode, reason]) => notMeasured(mode, reason));
  for (const wanted of wantedNodes(options, clusters)) {
    const { rules, cluster } = wanted;
    if (unavailable.has(rules.mode)) continue;
    process.stderr.write(`programming: ${titleOf(wanted)}\n`);
    const node = await createNode(options, wanted);
    if ('failure' in node) leftOut.push(notMeasured(titleOf(wanted), node.failure));
    else cases.push(casesOf(stack.use(node).namespace, rules, cluster.services.length, node.measured));
  }
  const standing = stack.move();
  return { cases, leftOut, [Symbol.asyncDispose]: () => standing.disposeAsync() };
}

function notMeasured(title: string, reason: string): string {
  return `${title}: not measured: ${reason}.`;
}

/** Kernels are built without the tables of iptables-legacy more and more. */
function unavailableModes({ modes }: DataplaneOptions): ReadonlyMap<Mode, string> {
  const reasons = modes.map((mode) => [mode, variantUnavailable(mode)] as const);
  return new Map(reasons.flatMap(([mode, reason]) => (reason === undefined ? [] : [[mode, reason]])));
}

function variantUnavailable(mode: Mode): string | undefined {
  return mode === 'nftables' ? undefined : iptablesUnavailable(mode === 'iptables-nft' ? 'nft' : 'legacy');
}

interface Cluster {
  readonly folder: string;
  readonly services: readonly ServiceAddresses[];
}

async function createCluster(services: number): Promise<Cluster> {
  const folder = await mkdtemp('/run/objects-');
  return { folder, services: await writeCluster(folder, services) };
}

interface WantedNode {
  readonly rules: ProxyRules;
  readonly cluster: Cluster;
}

function wantedNodes(
  { modes, kubeProxy }: DataplaneOptions,
  clusters: readonly Cluster[],
): readonly WantedNode[] {
  const proxies = kubeProxy === undefined ? (['Portolan'] as const) : (['Portolan', 'kube-proxy'] as const);
  return modes.flatMap((mode) =>
    clusters.flatMap((cluster) => proxies.map((proxy) => ({ rules: { proxy, mode }, cluster }))),
  );
}

function titleOf({ rules, cluster }: WantedNode): string {
  return `${rulesName(rules)}, ${cluster.services.length.toLocaleString('en')} services`;
}

/** The node, or why kube-proxy did not make its rules. */
async function createNode(
  { kubeProxy }: DataplaneOptions,
  { rules: { proxy, mode }, cluster: { folder, services } }: WantedNode,
): Promise<ProgrammedNode | { readonly failure: string }> {
  try {
    return await createProgrammedNode(mode, services, (namespace) =>
      proxy === 'kube-proxy' && kubeProxy !== undefined
        ? programByKubeProxy(namespace, { ...kubeProxy, mode, folder, endpoints: services.length })
        : programByPortolan(namespace, mode, folder),
    );
  } catch (error) {
    if (error instanceof NotProgrammed) return { failure: error.message };
    throw error;
  }
}

import { vxlanOverhead } from '../../net/vxlan-overhead.ts';
import type { NetworkList } from '../cni/network-list.ts';
import { podNetwork } from '../cni/networks.ts';
import { openResultCache, type ResultCache } from '../cni/result-cache.ts';
import { hasPlugin } from '../cni/run-plugin.ts';
import { type CniRuntime, createCniRuntime } from '../cni/runtime.ts';
import { type LabContext, pluginPath, runtimeFolder } from '../daemon/lab-context.ts';
import { programOf } from '../kubelet/pod-program.ts';
import { type Kubelet, startKubelet } from '../kubelet/start-kubelet.ts';
import type { LabSpec } from '../lab-spec.ts';
import { clusterCidrs } from '../network/lab-addresses.ts';
import { type Host, nodeSettings } from '../network/underlay.ts';
import { type Sandbox, startSandbox } from '../runtime/sandbox.ts';
import { markUnready, podCidrsOf, registerNode } from './node-object.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';

/** A node that runs: a host with a kubelet and a proxy. */
export interface LabNode {
  readonly name: string;
  readonly host: Host;
  readonly sandbox: Sandbox;
  readonly proxy: NodeProcess;
  readonly kubelet: Kubelet;
  /** Ends all processes on it, and unplugs it; its disk and its Node object stay. */
  powerOff(): Promise<void>;
}

export interface NodeIdentity {
  readonly name: string;
  /** Last part of its addresses. */
  readonly number: number;
  readonly zone: string | undefined;
}

/** Resolves when the kubelet has begun. `hosts` is the text of its /etc/hosts. */
export async function startNode(
  { name, number, zone }: NodeIdentity,
  context: LabContext,
  hosts: () => string,
): Promise<LabNode> {
  const { store, underlay, namespaces } = context;
  const host = underlay.plugIn(name, number, nodeSettings);
  const proxy = startProxy(host, context);
  const disk = `${runtimeFolder}/nodes/${name}`;
  const [sandbox] = await Promise.all([
    startSandbox(
      { hostname: name, network: host.network, folder: `${disk}/etc`, resolvConf: '', hosts: hosts() },
      namespaces,
    ),
    registered({ name, zone, host }, context),
  ]);
  const cache = openResultCache(`${disk}/cni/results`);
  const cni = createCniRuntime({ node: host.network, path: pluginPath, cache }, namespaces);
  const list = () => podNetworkOf(name, disk, context);
  await forgetPods(cni, cache, list()).catch((error: unknown) => context.log(`${name}: ${error}`));
  const kubelet = startKubelet(
    {
      name,
      network: host.network,
      addresses: host.addresses,
      folder: disk,
      hosts,
      dns: context.dns,
      cni,
      podNetwork: list,
      setUpLoopback: hasPlugin('loopback', pluginPath) ? undefined : context.setUpLoopback,
      program: (pod) => programOf(pod, context.kubeconfig),
      logs: context.folder.logs,
      namespaces,
      opener: context.opener,
      log: context.log,
    },
    store,
  );
  return {
    name,
    host,
    sandbox,
    proxy,
    kubelet,
    async powerOff() {
      markUnready(store, name);
      await Promise.all([proxy.stop(), kubelet.cutOff(), sandbox.stop()]);
      underlay.unplug(host);
    },
  };
}

function startProxy(host: Host, { spec, kubeconfig, folder, namespaces }: LabContext): NodeProcess {
  const { name, network } = host;
  const args = [
    'run',
    `--kubeconfig=${kubeconfig}`,
    `--hostname-override=${name}`,
    `--proxy-mode=${spec.mode}`,
    `--cluster-cidr=${spec.families.map((family) => clusterCidrs[family]).join(',')}`,
    // The table of connections is the machine's: its size is not for a lab to change.
    '--conntrack-max-per-core=0',
  ];
  return startNodeProcess(
    { args, network, runtimeFolder: `${runtimeFolder}/nodes/${name}/run`, log: `${folder.logs}/${name}.log` },
    namespaces,
  );
}

/** Resolves when the Node has its pod ranges. */
async function registered(
  { name, zone, host }: { readonly name: string; readonly zone: string | undefined; readonly host: Host },
  { store }: LabContext,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    const node = store.get('Node', name);
    if (node !== undefined && podCidrsOf(node).length > 0) resolve();
  };
  const unwatch = store.watch(({ kind }) => kind === 'Node' && look());
  registerNode(store, { name, zone, addresses: host.addresses });
  look();
  await promise;
  unwatch();
}

/** Pods from before a reboot: as the kubelet has containerd do it, whose namespaces are gone by then. */
async function forgetPods(cni: CniRuntime, cache: ResultCache, network: NetworkList): Promise<void> {
  for (const attachment of cache.list())
    await cni.remove(attachment.list, { ...attachment, network: undefined });
  await cni.collectGarbage(network, []);
}

/** Bytes: what the tunnel leaves of the 1500 between the nodes. */
function podMtu({ network, families: [first = 'IPv4'] }: LabSpec): number {
  return network === 'vxlan' ? 1500 - vxlanOverhead[first] : 1500;
}

function podNetworkOf(name: string, disk: string, { spec, store, cniVersion }: LabContext) {
  const node = store.get('Node', name);
  return podNetwork({
    cni: spec.cni,
    version: cniVersion,
    podCidrs: node === undefined ? [] : podCidrsOf(node),
    dataDir: `${disk}/cni/networks`,
    mtu: podMtu(spec),
    hasPortmap: hasPlugin('portmap', pluginPath),
  });
}

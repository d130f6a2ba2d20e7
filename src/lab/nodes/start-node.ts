import { podNetwork } from '../cni/networks.ts';
import { openResultCache } from '../cni/result-cache.ts';
import { hasPlugin } from '../cni/run-plugin.ts';
import { createCniRuntime } from '../cni/runtime.ts';
import { type LabContext, runtimeFolder } from '../daemon/lab-context.ts';
import { type Kubelet, startKubelet } from '../kubelet/start-kubelet.ts';
import { clusterCidrs } from '../network/lab-addresses.ts';
import { type Host, nodeSettings } from '../network/underlay.ts';
import { type Sandbox, startSandbox } from '../runtime/sandbox.ts';
import { markUnready, podCidrsOf, registerNode } from './node-object.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { pluginFolders } from './plugin-folders.ts';

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
  const cni = createCniRuntime(
    { node: host.network, path: pluginPath, cache: openResultCache(`${disk}/cni/results`) },
    namespaces,
  );
  const list = () => podNetworkOf(name, disk, context);
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
      await Promise.all([proxy.stop(), kubelet.stop(), sandbox.stop()]);
      underlay.unplug(host);
    },
  };
}

const pluginPath = [`${runtimeFolder}/cni/bin`, ...pluginFolders];

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

function podNetworkOf(name: string, disk: string, { spec, store }: LabContext) {
  const node = store.get('Node', name);
  return podNetwork({
    cni: spec.cni,
    podCidrs: node === undefined ? [] : podCidrsOf(node),
    dataDir: `${disk}/cni/networks`,
    mtu: 1500,
    hasPortmap: hasPlugin('portmap', pluginPath),
  });
}

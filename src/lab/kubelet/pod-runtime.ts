import { randomBytes, randomUUID } from 'node:crypto';
import type { SocketOpener } from '../../kernel/open-socket.ts';
import type { Address } from '../../net/address.ts';
import type { Pod } from '../api/kinds/kinds.ts';
import { addressesOf } from '../cni/addresses.ts';
import type { NetworkList } from '../cni/network-list.ts';
import { loopback } from '../cni/networks.ts';
import type { Attachment, CniRuntime } from '../cni/runtime.ts';
import { namespaceFolder, namespaceSettings, setInNamespace } from '../network/underlay.ts';
import { startNodeProcess } from '../nodes/node-process.ts';
import type { Namespaces } from '../runtime/namespaces.ts';
import { untilAnswered } from '../runtime/probe.ts';
import { type Sandbox, startSandbox } from '../runtime/sandbox.ts';
import { openServer, type ServerPort } from '../servers/open-server.ts';
import { type ClusterDns, hostnameOf, hostsFile, resolvConf, resolverSettings } from './pod-files.ts';
import type { PodProgram } from './pod-program.ts';
import { portMappings, serverName } from './served-ports.ts';

/** The node that pods run on, as their runtime sees it. */
export interface PodHost {
  readonly name: string;
  /** File of the node's network namespace. */
  readonly network: string;
  readonly addresses: readonly Address[];
  /** Where files of pods are kept. */
  readonly folder: string;
  readonly hosts: () => string;
  readonly dns: ClusterDns;
  readonly cni: CniRuntime;
  readonly podNetwork: () => NetworkList;
  /** Sets lo up in the calling thread's network namespace; `undefined` where the plugin does that. */
  readonly setUpLoopback: (() => void) | undefined;
  /** What a Pod runs in place of servers. */
  readonly program: (pod: Pod) => PodProgram | undefined;
  /** Folder of the logs of programs. */
  readonly logs: string;
  readonly namespaces: Namespaces;
  readonly opener: SocketOpener;
  readonly log: (line: string) => void;
}

/** A pod that runs: its sandbox, its network and its servers. */
export interface RunningPod {
  readonly addresses: readonly Address[];
  readonly sandbox: Sandbox;
  /** Opens the servers that are not open yet. */
  serve(ports: readonly ServerPort[]): void;
  /** Ends everything of it. Rejects where a plugin fails; then the rest is gone all the same. */
  stop(): Promise<void>;
  /** Ends it as when the power goes: no plugin hears of it. */
  cutOff(): Promise<void>;
}

/** Makes what a Pod's containers run in. Rejects with a sentence for people, and nothing is left then. */
export async function startPod(pod: Pod, host: PodHost): Promise<RunningPod> {
  const network = pod.spec.hostNetwork === true ? nodeNetwork(host) : await joinNetwork(pod, host);
  const { addresses } = network;
  try {
    const sandbox = await startSandbox(
      {
        hostname: pod.spec.hostNetwork === true ? host.name : hostnameOf(pod),
        network: network.file,
        folder: `${host.folder}/pods/${pod.metadata.uid}`,
        resolvConf: resolvConf(resolverSettings(pod, host.dns)),
        hosts: hostsFile(pod, { addresses, domain: host.dns.domain, nodeHosts: host.hosts() }),
      },
      host.namespaces,
    );
    const program = host.program(pod);
    const work =
      program === undefined
        ? podServers(pod, host, network)
        : await startProgram(program, sandbox, host, network);
    const end = async (leave: () => Promise<void> | void) => {
      await work.close();
      await sandbox.stop();
      await leave();
    };
    return {
      addresses,
      sandbox,
      serve: work.open,
      stop: () => end(network.leave),
      cutOff: () => end(network.cutOff),
    };
  } catch (error) {
    await network.leave().catch(() => undefined);
    throw error;
  }
}

interface JoinedNetwork {
  readonly file: string;
  readonly addresses: readonly Address[];
  leave(): Promise<void>;
  /** Leaves without a word to the plugins. */
  cutOff(): void;
}

function nodeNetwork({ network, addresses }: PodHost): JoinedNetwork {
  return { file: network, addresses, leave: async () => undefined, cutOff: () => undefined };
}

/** A network namespace of the pod's own, and its interfaces in all networks at once, as containerd makes them. */
async function joinNetwork(pod: Pod, host: PodHost): Promise<JoinedNetwork> {
  const file = `${namespaceFolder}/cni-${randomUUID()}`;
  const attachment = attachmentOf(pod, host, file);
  const list = host.podNetwork();
  const networks = [
    ...(host.setUpLoopback === undefined
      ? [{ list: loopback, attachment: { ...attachment, interfaceName: 'lo', capabilities: {} } }]
      : []),
    { list, attachment },
  ];
  const cutOff = () => host.namespaces.removeNetwork(file);
  const leave = async () => {
    try {
      for (const joined of networks.toReversed()) await host.cni.remove(joined.list, joined.attachment);
    } finally {
      cutOff();
    }
  };
  host.namespaces.makeNetwork(file);
  try {
    host.namespaces.inNetwork(file, () => {
      setInNamespace(namespaceSettings);
      host.setUpLoopback?.();
    });
    const results = await settled(networks.map((joined) => host.cni.add(joined.list, joined.attachment)));
    const addresses = addressesOf(results.at(-1));
    if (addresses.length === 0) throw new Error('the CNI plugins gave the pod no address');
    return { file, addresses, leave, cutOff };
  } catch (error) {
    // What failed half-way is taken back; what is wrong with that is less than what went wrong first.
    await leave().catch(() => undefined);
    throw error;
  }
}

/** `CNI_ARGS` and capabilities as of containerd (internal/cri/server/sandbox_run.go). */
function attachmentOf(pod: Pod, { dns }: PodHost, network: string): Attachment {
  const container = randomBytes(32).toString('hex');
  const { name, namespace = 'default', uid } = pod.metadata;
  const mappings = portMappings(pod);
  return {
    container,
    network,
    interfaceName: 'eth0',
    args: [
      ['IgnoreUnknown', '1'],
      ['K8S_POD_NAMESPACE', namespace],
      ['K8S_POD_NAME', name],
      ['K8S_POD_INFRA_CONTAINER_ID', container],
      ['K8S_POD_UID', uid],
    ],
    capabilities: {
      dns: resolverSettings(pod, dns),
      ...(mappings.length > 0 ? { portMappings: mappings } : {}),
    },
  };
}

interface PodWork {
  open(ports: readonly ServerPort[]): void;
  close(): void | Promise<void>;
}

/** Resolves when the program says that it is ready. */
async function startProgram(
  { args, healthPort, name }: PodProgram,
  sandbox: Sandbox,
  host: PodHost,
  { file, addresses }: JoinedNetwork,
): Promise<PodWork> {
  const running = startNodeProcess(
    {
      launcher: ['nsenter', `--target=${sandbox.pid}`, '--mount', '--uts', '--pid'],
      args,
      network: file,
      runtimeFolder: `${host.folder}/programs/${name}`,
      log: `${host.logs}/${name}.log`,
    },
    host.namespaces,
  );
  const [address] = addresses;
  const target = { network: file, port: healthPort, path: '/readyz' };
  try {
    if (address !== undefined)
      await untilAnswered({ ...target, address }, host, AbortSignal.timeout(patience));
  } catch (error) {
    await running.stop();
    throw new Error(`${name} does not become ready: lab logs ${name} may say why`, { cause: error });
  }
  return { open: () => undefined, close: running.stop };
}

/** Milliseconds that a program has to become ready. */
const patience = 30_000;

function podServers(pod: Pod, host: PodHost, { file, addresses }: JoinedNetwork): PodWork {
  const { name, namespace = 'default' } = pod.metadata;
  const open = new Map<string, Disposable>();
  const say = (port: ServerPort, error: unknown) =>
    host.log(
      `pod ${namespace}/${name}: no server at ${serverName(port)}: ${error instanceof Error ? error.message : error}`,
    );
  return {
    open(ports: readonly ServerPort[]) {
      for (const port of ports) {
        if (open.has(serverName(port))) continue;
        try {
          const server = host.namespaces.inNetwork(file, () =>
            openServer(port, {
              identity: { pod: name, namespace, node: host.name },
              addresses: [...addresses],
              opener: host.opener,
              onError: (error) => say(port, error),
            }),
          );
          open.set(serverName(port), server);
        } catch (error) {
          open.set(serverName(port), { [Symbol.dispose]: () => undefined });
          say(port, error);
        }
      }
    },
    close() {
      for (const server of open.values()) server[Symbol.dispose]();
      open.clear();
    },
  };
}

/** All results, or the first failure, when all have ended. */
async function settled<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

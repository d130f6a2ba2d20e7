import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Host, startHost } from '../lab/host.ts';
import { configureInterfaces, createNamespaces, inNamespace } from '../lab/namespaces.ts';

/**
 * Nodes on one switch, each with a pod, and a host outside of the cluster:
 *
 *     pod 0 ── node 0 ──┐
 *     pod 1 ── node 1 ──┤ switch
 *     pod 2 ── node 2 ──┤
 *              outside ─┘
 *
 * Nobody has a route to the pods of other nodes, and the outside has none to any pod.
 */
export interface PodNodes extends AsyncDisposable {
  readonly pods: readonly Host[];
  readonly outside: Host;
  /** Runs `portolan pod-network` on a node, with the Nodes of these numbers; gives its exit status and what it said. */
  run(node: number, args: readonly string[], nodes?: readonly number[]): Promise<Ran>;
  /** As `run`, with the objects that its file has. */
  runAgain(node: number, args: readonly string[]): Promise<Ran>;
  /** Runs `portolan pod-network run` on a node until it is disposed of. */
  follow(node: number, args: readonly string[], nodes: readonly number[]): Promise<Following>;
  /** Runs `ip` on a node. */
  ip(node: number, ...words: readonly string[]): Promise<string>;
}

export interface Ran {
  readonly status: number;
  readonly said: string;
}

export interface Following extends AsyncDisposable {
  /** What it has logged so far. */
  readonly said: string;
  /** Which Nodes there are from now on. */
  nodes(nodes: readonly number[]): Promise<void>;
  /** The same, and one more object. */
  add(nodes: readonly number[], object: object): Promise<void>;
  /** What its file holds from now on. */
  write(text: string): Promise<void>;
}

/** Addresses by the number of the node. */
export const underlay = {
  IPv4: (at: number) => `192.0.2.${at + 1}`,
  IPv6: (at: number) => `2001:db8::${at + 1}`,
};
export const podAddress = {
  IPv4: (at: number) => `10.244.${at}.2`,
  IPv6: (at: number) => `fd00:10:244:${at + 1}::2`,
};
export const outsideAddress = { IPv4: '192.0.2.100', IPv6: '2001:db8::100' } as const;
const podGateway = { IPv4: '169.254.1.1', IPv6: 'fe80::1' } as const;

export async function createPodNodes(count: number): Promise<PodNodes> {
  const numbers = Array.from({ length: count }, (_, at) => at);
  const roles = ['switch', 'outside', ...numbers.flatMap((at) => [`node${at}`, `pod${at}`])];
  const namespaces = await createNamespaces(roles, (nameOf) => [
    cable(nameOf('outside'), 'eth0', nameOf('switch'), 'outside'),
    ...numbers.flatMap((at) => [
      cable(nameOf(`node${at}`), 'eth0', nameOf('switch'), `node${at}`),
      cable(nameOf(`pod${at}`), 'eth0', nameOf(`node${at}`), 'pod'),
    ]),
  ]);
  const stack = new AsyncDisposableStack();
  stack.use(namespaces);
  const folder = await mkdtemp(join(tmpdir(), 'portolan-pod-network-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const ports = ['outside', ...numbers.map((at) => `node${at}`)];
  await configureInterfaces(switchLines(ports), namespaces.nameOf('switch'));
  await configureInterfaces(underlayLines(outsideAddress), namespaces.nameOf('outside'));
  for (const at of numbers) {
    await configureInterfaces(nodeLines(at), namespaces.nameOf(`node${at}`));
    await configureInterfaces(podLines(at), namespaces.nameOf(`pod${at}`));
  }
  const fileOf = (node: number) => join(folder, `${node}.json`);
  const sourceOf = (node: number) => ['--source', fileOf(node), '--hostname-override', `node${node}`];
  const commandOn = (node: number, args: readonly string[], launcher: readonly string[] = []) =>
    [
      ...inNamespace(namespaces.nameOf(`node${node}`)),
      ...launcher,
      portolan,
      'pod-network',
      ...args,
    ] as const;
  const runAgain = async (node: number, args: readonly string[]): Promise<Ran> => {
    const source = args[0] === 'run' ? sourceOf(node) : [];
    const [first, ...words] = commandOn(node, [...args, ...source]);
    const { exitCode = -1, all } = await execa(first, words, { all: true, reject: false });
    return { status: exitCode, said: all };
  };
  const host = (role: string) => stack.use(startHost(namespaces.nameOf(role)));
  const outside = host('outside');
  const pods = numbers.map((at) => host(`pod${at}`));
  return {
    pods,
    outside,
    async run(node, args, nodes = numbers) {
      await writeFile(fileOf(node), listOf(nodes));
      return await runAgain(node, args);
    },
    runAgain,
    async follow(node, args, nodes) {
      await writeFile(fileOf(node), listOf(nodes));
      const command = ['run', ...args, ...sourceOf(node)];
      const [first, ...words] = commandOn(node, command, ownProcesses);
      const running = execa(first, words, { reject: false });
      let said = '';
      running.stderr.on('data', (chunk) => {
        said += String(chunk);
      });
      return {
        get said() {
          return said;
        },
        nodes: (present) => writeFile(fileOf(node), listOf(present)),
        add: (present, object) => writeFile(fileOf(node), listOf(present, [object])),
        write: (text) => writeFile(fileOf(node), text),
        async [Symbol.asyncDispose]() {
          // unshare hears no SIGTERM; its child ends with it.
          running.kill('SIGKILL');
          await running;
        },
      };
    },
    async ip(node, ...words) {
      return (await execa('ip', ['-netns', namespaces.nameOf(`node${node}`), ...words])).stdout;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function listOf(nodes: readonly number[], others: readonly object[] = []): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...nodes.map(nodeObject), ...others] });
}

function nodeObject(at: number) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node${at}` },
    spec: { podCIDRs: [`10.244.${at}.0/24`, `fd00:10:244:${at + 1}::/64`] },
    status: {
      addresses: [underlay.IPv4(at), underlay.IPv6(at)].map((address) => ({ type: 'InternalIP', address })),
    },
  };
}

function cable(namespace: string, device: string, other: string, peer: string): string {
  return `link add ${device} netns ${namespace} type veth peer name ${peer} netns ${other}`;
}

function switchLines(ports: readonly string[]): readonly string[] {
  return [
    'link add bridge type bridge',
    'link set bridge up',
    ...ports.flatMap((port) => [`link set ${port} master bridge`, `link set ${port} up`]),
  ];
}

function underlayLines({ IPv4, IPv6 }: { readonly IPv4: string; readonly IPv6: string }): readonly string[] {
  return [
    'link set lo up',
    'link set eth0 up',
    `addr add ${IPv4}/24 dev eth0`,
    `addr add ${IPv6}/64 dev eth0 nodad`,
  ];
}

/** As a CNI plugin leaves it: a link to the pod, and a route to its address. */
function nodeLines(at: number): readonly string[] {
  return [
    ...underlayLines({ IPv4: underlay.IPv4(at), IPv6: underlay.IPv6(at) }),
    'link set pod addrgenmode none',
    'link set pod up',
    `addr add ${podGateway.IPv4}/32 dev pod`,
    `addr add ${podGateway.IPv6}/64 dev pod nodad`,
    `route add ${podAddress.IPv4(at)} dev pod`,
    `route add ${podAddress.IPv6(at)} dev pod`,
  ];
}

function podLines(at: number): readonly string[] {
  return [
    'link set lo up',
    'link set eth0 up',
    `addr add ${podAddress.IPv4(at)}/32 dev eth0`,
    `addr add ${podAddress.IPv6(at)}/128 dev eth0 nodad`,
    `route add ${podGateway.IPv4} dev eth0`,
    `route add default via ${podGateway.IPv4} dev eth0`,
    `route add default via ${podGateway.IPv6} dev eth0`,
  ];
}

/** A /run of its own, and all processes that it leaves in the background end with it. */
export const ownProcesses = [
  ...['unshare', '--mount', '--pid', '--fork', '--kill-child'],
  ...['sh', '-c', 'mount -t tmpfs tmpfs /run && exec "$@"', 'sh'],
] as const;

const portolan = fileURLToPath(new URL('../../../bin/portolan', import.meta.url));

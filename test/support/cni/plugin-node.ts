import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { createNamespaces, inNamespace, ipBatch } from '../lab/namespaces.ts';

/** A node and some containers, all network namespaces, and a plugin that is called there as runtimes do. */
export interface PluginNode extends AsyncDisposable {
  /** Name of the node's namespace. */
  readonly namespace: string;
  /** A folder for reservations and other files. */
  readonly folder: string;
  /** Paths of the containers' namespaces. */
  readonly containers: readonly string[];
  call(operation: string, options: PluginCall): Promise<PluginAnswer>;
  /** What `ip -json` says in the node, or in a container. */
  ip(words: string, container?: string): Promise<readonly JsonValue[]>;
  /** Runs lines of `ip` in the node, or in a container. */
  change(lines: readonly string[], container?: string): Promise<void>;
}

export type JsonValue = Readonly<Record<string, unknown>>;

export interface PluginCall {
  /** As JSON, or as it is where it is a text. */
  readonly input: JsonValue | string;
  /** Path of the namespace; the container's ID follows from it. */
  readonly container?: string | undefined;
  readonly ifname?: string;
  /** Other variables, or these with other values; `undefined` leaves one out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Another plugin than the node's own. */
  readonly plugin?: string;
  /** A command in front of the plugin. */
  readonly launcher?: readonly string[];
  /** Folders before that of the plugin in CNI_PATH. */
  readonly path?: readonly string[];
}

export interface PluginAnswer {
  readonly status: number | undefined;
  /** What standard output holds; `undefined` where that is no JSON object. */
  readonly output: JsonValue | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The node has an uplink, `uplink` with the address 192.0.2.2/24, and a default route by it. */
export async function createPluginNode(plugin: string, containers = 2): Promise<PluginNode> {
  const roles = ['node', ...Array.from({ length: containers }, (_, at) => `pod${at}`)];
  const namespaces = await createNamespaces(roles);
  const folder = await mkdtemp(join(tmpdir(), 'portolan-cni-'));
  const namespace = namespaces.nameOf('node');
  await ipBatch(uplink, namespace);
  const inside = (container: string | undefined) => container?.split('/').at(-1) ?? namespace;
  return {
    namespace,
    folder,
    containers: roles.slice(1).map((role) => `/run/netns/${namespaces.nameOf(role)}`),
    call: (operation, options) => callPlugin(options.plugin ?? plugin, namespace, operation, options),
    async ip(words, container) {
      const { stdout } = await execa('ip', [
        '-json',
        '-details',
        '-netns',
        inside(container),
        ...words.split(' '),
      ]);
      return stdout === '' ? [] : JSON.parse(stdout);
    },
    change: (lines, container) => ipBatch(lines, inside(container)),
    async [Symbol.asyncDispose]() {
      await namespaces[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

const uplink = [
  'link set lo up',
  'link add uplink type bridge',
  'link set uplink up',
  'addr add 192.0.2.2/24 dev uplink',
  'route add default via 192.0.2.1 dev uplink',
];

async function callPlugin(
  plugin: string,
  namespace: string,
  operation: string,
  { input, container, ifname = 'eth0', environment = {}, path = [], launcher = [] }: PluginCall,
): Promise<PluginAnswer> {
  const attachment = container === undefined ? {} : attachmentOf(container, ifname);
  const [command, ...words] = inNamespace(namespace);
  const { exitCode, stdout, stderr } = await execa(command, [...words, ...launcher, plugin], {
    input: typeof input === 'string' ? input : JSON.stringify(input),
    env: {
      PATH: process.env.PATH,
      CNI_COMMAND: operation,
      CNI_PATH: [...path, dirname(plugin)].join(':'),
      ...attachment,
      ...environment,
    },
    extendEnv: false,
    reject: false,
  });
  return { status: exitCode, output: objectIn(stdout), stdout, stderr };
}

function attachmentOf(container: string, ifname: string) {
  return { CNI_CONTAINERID: containerIdOf(container), CNI_NETNS: container, CNI_IFNAME: ifname };
}

/** The name of its namespace. */
export function containerIdOf(container: string): string {
  return container.split('/').at(-1) ?? '';
}

function objectIn(text: string): JsonValue | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

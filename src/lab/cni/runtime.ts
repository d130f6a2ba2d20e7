import type { Namespaces } from '../runtime/namespaces.ts';
import { type CniResult, hasOperation, type NetworkList, type PluginConfiguration } from './network-list.ts';
import type { CachedAttachment, ResultCache } from './result-cache.ts';
import { type PluginCall, runPlugin } from './run-plugin.ts';

/** A container's interface in a network. */
export interface Attachment {
  readonly container: string;
  /** File of the container's network namespace; `undefined` where it is gone. */
  readonly network: string | undefined;
  readonly interfaceName: string;
  /** Of `CNI_ARGS`. */
  readonly args: readonly (readonly [string, string])[];
  /** By capability: each plugin gets those that it declares. */
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** Calls the plugins of a node as libcni does for containerd. Every function throws a `CniPluginError` with the plugin's words. */
export interface CniRuntime {
  /** ADD of each plugin, with the result of the one before. */
  add(list: NetworkList, attachment: Attachment): Promise<CniResult | undefined>;
  /** DEL of each plugin in reverse, with the result of ADD. */
  remove(list: NetworkList, attachment: Attachment): Promise<void>;
  check(list: NetworkList, attachment: Attachment): Promise<void>;
  /** Frees what belongs to no attachment of these; nothing before CNI 1.1. */
  collectGarbage(
    list: NetworkList,
    valid: readonly Pick<Attachment, 'container' | 'interfaceName'>[],
  ): Promise<void>;
  /** Whether containers can be added; always before CNI 1.1. */
  requireReady(list: NetworkList): Promise<void>;
}

/** `node` is the file of the node's network namespace, `path` the folders of plugins. */
export function createCniRuntime(
  {
    node,
    path,
    cache,
  }: { readonly node: string; readonly path: readonly string[]; readonly cache: ResultCache },
  namespaces: Namespaces,
): CniRuntime {
  const call = (
    command: PluginCall['command'],
    configuration: PluginConfiguration,
    attachment?: Attachment,
  ) => runPlugin({ command, configuration, path, node, parameters: parametersOf(attachment) }, namespaces);
  return {
    async add(list, attachment) {
      let result: CniResult | undefined;
      for (const plugin of list.plugins)
        result = await call('ADD', configurationFor(list, plugin, attachment, result), attachment);
      cache.keep({ ...attachment, list, result });
      return result;
    },
    async remove(list, attachment) {
      const { container, interfaceName } = attachment;
      const cached = cache.find(list.name, container, interfaceName);
      const [used, result] = [cached?.list ?? list, cached?.result];
      const told = { ...attachment, ...argumentsOf(cached) };
      for (const plugin of used.plugins.toReversed())
        await call('DEL', configurationFor(used, plugin, told, result), told);
      cache.forget(list.name, container, interfaceName);
    },
    async check(list, attachment) {
      if (!hasOperation(list, 'CHECK') || list.disableCheck === true) return;
      const cached = cache.find(list.name, attachment.container, attachment.interfaceName);
      for (const plugin of list.plugins)
        await call('CHECK', configurationFor(list, plugin, attachment, cached?.result), attachment);
    },
    async collectGarbage(list, valid) {
      if (!hasOperation(list, 'GC') || list.disableGC === true) return;
      const attachments = valid.map(({ container, interfaceName }) => ({
        containerID: container,
        ifname: interfaceName,
      }));
      for (const plugin of list.plugins)
        await call('GC', { ...named(list, plugin), 'cni.dev/valid-attachments': attachments });
    },
    async requireReady(list) {
      if (!hasOperation(list, 'STATUS')) return;
      for (const plugin of list.plugins) await call('STATUS', named(list, plugin));
    },
  };
}

function argumentsOf(cached: CachedAttachment | undefined) {
  return cached === undefined ? {} : { args: cached.args, capabilities: cached.capabilities };
}

function parametersOf(attachment: Attachment | undefined): Readonly<Record<string, string>> {
  if (attachment === undefined) return {};
  const { container, network = '', interfaceName, args } = attachment;
  return {
    CNI_CONTAINERID: container,
    CNI_NETNS: network,
    CNI_IFNAME: interfaceName,
    CNI_ARGS: args.map(([key, value]) => `${key}=${value}`).join(';'),
  };
}

/** The configuration of execution (section 4): with the list's name and version, what the runtime adds, and the result so far. */
function configurationFor(
  list: NetworkList,
  plugin: PluginConfiguration,
  { capabilities }: Attachment,
  result: CniResult | undefined,
): PluginConfiguration {
  const asked = Object.entries(capabilities).filter(([name]) => plugin.capabilities?.[name] === true);
  return {
    ...named(list, plugin),
    ...(asked.length === 0 ? {} : { runtimeConfig: Object.fromEntries(asked) }),
    ...(result === undefined ? {} : { prevResult: result }),
  };
}

/** `capabilities` is for the runtime alone. */
function named(
  { name, cniVersion }: NetworkList,
  { capabilities: _, ...plugin }: PluginConfiguration,
): PluginConfiguration {
  return { ...plugin, type: plugin.type, name, cniVersion };
}

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { CniResult, NetworkList } from './network-list.ts';

/** What the runtime keeps of an attachment for CHECK and DEL, in libcni's files: `/var/lib/cni/results/NETWORK-CONTAINER-INTERFACE`. */
export interface ResultCache {
  keep(attached: CachedAttachment): void;
  find(network: string, container: string, interfaceName: string): CachedAttachment | undefined;
  forget(network: string, container: string, interfaceName: string): void;
  /** All that are kept. */
  list(): readonly CachedAttachment[];
}

export interface CachedAttachment {
  /** As it was at ADD: DEL goes by this one, whatever the files say now. */
  readonly list: NetworkList;
  readonly container: string;
  readonly interfaceName: string;
  readonly args: readonly (readonly [string, string])[];
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly result: CniResult | undefined;
}

export function openResultCache(folder: string): ResultCache {
  mkdirSync(folder, { recursive: true });
  const file = (network: string, container: string, interfaceName: string) =>
    `${folder}/${network}-${container}-${interfaceName}`;
  return {
    keep({ list, container, interfaceName, args, capabilities, result }) {
      const entry: Entry = {
        kind,
        containerId: container,
        config: Buffer.from(JSON.stringify(list)).toString('base64'),
        ifName: interfaceName,
        networkName: list.name,
        cniArgs: args,
        capabilityArgs: capabilities,
        result,
      };
      writeFileSync(file(list.name, container, interfaceName), JSON.stringify(entry), { mode: 0o600 });
    },
    find: (network, container, interfaceName) => readAttachment(file(network, container, interfaceName)),
    forget: (network, container, interfaceName) =>
      rmSync(file(network, container, interfaceName), { force: true }),
    list: () => readdirSync(folder).flatMap((name) => readAttachment(`${folder}/${name}`) ?? []),
  };
}

/** The names are libcni's. */
interface Entry {
  readonly kind: string;
  readonly containerId: string;
  /** The list in base64. */
  readonly config: string;
  readonly ifName: string;
  readonly networkName: string;
  readonly cniArgs: readonly (readonly [string, string])[];
  readonly capabilityArgs: Readonly<Record<string, unknown>>;
  readonly result: CniResult | undefined;
}

const kind = 'cniCacheV1';

function readAttachment(path: string): CachedAttachment | undefined {
  const entry = readEntry(path);
  if (entry?.kind !== kind) return undefined;
  return {
    list: JSON.parse(Buffer.from(entry.config, 'base64').toString()),
    container: entry.containerId,
    interfaceName: entry.ifName,
    args: entry.cniArgs,
    capabilities: entry.capabilityArgs,
    result: entry.result,
  };
}

function readEntry(path: string): Entry | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

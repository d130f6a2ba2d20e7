import { readFile, stat } from 'node:fs/promises';
import type { Address } from '../../net/address.ts';
import type { ApiTransport } from '../../sources/cluster/transport.ts';
import type { ServiceKey } from '../../state/records.ts';
import { type FoundPod, podsInObject } from './pods-in-object.ts';

/**
 * Names and addresses of pods. The state does not keep names of pods, to save memory with a hundred thousand endpoints:
 * the objects that can name the pod in question are read once more.
 */
export interface Pods {
  /** Pods of this name, in this namespace or in any. */
  named(name: string, namespace: string | undefined): Promise<readonly FoundPod[]>;
  /** All known pods, to suggest a name for a misspelt one. */
  all(): Promise<readonly FoundPod[]>;
  /** The pods behind endpoints of a Service, by address: `namespace/name`. */
  behind(service: ServiceKey, addresses: readonly Address[]): Promise<ReadonlyMap<Address, string>>;
}

/** The pods that files name. */
export function podsInFiles(path: string): Pods {
  return {
    named: async (name, namespace) => {
      const pods = await podsInFilesWith(path, [name]);
      return merged(pods).filter(
        (pod) => pod.name === name && pod.namespace === (namespace ?? pod.namespace),
      );
    },
    all: async () => merged(await podsInFilesWith(path, [''])),
    behind: async (_, addresses) => byAddress(await podsInFilesWith(path, addresses), addresses),
  };
}

/** Parses only documents that contain one of the words. */
async function podsInFilesWith(path: string, words: readonly string[]): Promise<readonly FoundPod[]> {
  const { listFiles } = await import('../../sources/list-files.ts');
  const { parseDocuments } = await import('../../sources/parse-documents.ts');
  const { splitDocuments } = await import('../../sources/split-documents.ts');
  const pods: FoundPod[] = [];
  for (const file of await listFiles(path)) {
    // A pipe cannot be read a second time.
    if (!(await stat(file)).isFile()) continue;
    for (const { text } of splitDocuments(await readFile(file, 'utf8'))) {
      if (!/\btargetRef\b|\bpodIPs?\b/.test(text) || !words.some((word) => text.includes(word))) continue;
      for (const document of parseDocuments(text))
        if ('value' in document) pods.push(...podsInObject(document.value));
    }
  }
  return pods;
}

/** The pods that an API server knows: from its Pods where the client may list them, else from its EndpointSlices. */
export function podsInCluster(api: ApiTransport): Pods {
  return {
    named: async (name, namespace) => {
      const inNamespace = namespace === undefined ? '' : `namespaces/${namespace}/`;
      const own = await podsAt(api, `/api/v1/${inNamespace}pods`, 'Pod', {
        fieldSelector: `metadata.name=${name}`,
      });
      const pods =
        own.length > 0
          ? own
          : await podsAt(api, `${slicesPath}/${inNamespace}endpointslices`, 'EndpointSlice', {});
      return merged(pods).filter(
        (pod) => pod.name === name && pod.namespace === (namespace ?? pod.namespace),
      );
    },
    all: async () => merged(await podsAt(api, `${slicesPath}/endpointslices`, 'EndpointSlice', {})),
    behind: async (service, addresses) => {
      const [namespace, name] = service.split('/');
      const path = `${slicesPath}/namespaces/${namespace}/endpointslices`;
      const selector = { labelSelector: `kubernetes.io/service-name=${name}` };
      return byAddress(await podsAt(api, path, 'EndpointSlice', selector), addresses);
    },
  };
}

const slicesPath = '/apis/discovery.k8s.io/v1';

/** How long the server may send nothing, in milliseconds. */
const silence = 10_000;

/** None where the server refuses to list them. */
async function podsAt(
  api: ApiTransport,
  path: string,
  kind: 'Pod' | 'EndpointSlice',
  selectors: Readonly<Record<string, string>>,
): Promise<readonly FoundPod[]> {
  const { exchange } = await import('../../sources/cluster/exchange.ts');
  const { listPages } = await import('../../sources/cluster/list-pages.ts');
  const { failureOfError } = await import('../../sources/cluster/api-failure.ts');
  const pods: FoundPod[] = [];
  const { signal } = new AbortController();
  const ask = (query: Readonly<Record<string, string>>) =>
    exchange(api, { method: 'GET', path, query: { ...selectors, ...query } }, signal, () => silence);
  try {
    const apiVersion = kind === 'Pod' ? 'v1' : 'discovery.k8s.io/v1';
    await listPages({ path, kind, apiVersion }, ask, (items) => {
      for (const item of items) pods.push(...podsInObject({ ...item, kind }));
    });
  } catch (error) {
    if (failureOfError(error).kind !== 'refused') throw error;
  }
  return pods;
}

/** Each pod once: a dual-stack pod is in an EndpointSlice of each family. */
function merged(pods: readonly FoundPod[]): readonly FoundPod[] {
  return [...Map.groupBy(pods, ({ namespace, name }) => `${namespace}/${name}`).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    return [{ ...first, addresses: [...new Set(same.flatMap(({ addresses }) => addresses))] }];
  });
}

function byAddress(pods: readonly FoundPod[], addresses: readonly Address[]): ReadonlyMap<Address, string> {
  const wanted = new Set(addresses);
  const found = new Map<Address, string>();
  for (const pod of pods) {
    for (const address of pod.addresses)
      if (wanted.has(address)) found.set(address, `${pod.namespace}/${pod.name}`);
  }
  return found;
}

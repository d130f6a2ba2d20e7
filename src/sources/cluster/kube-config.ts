import { readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { CORE_SCHEMA, load } from 'js-yaml';
import { isFields } from '../../state/read-fields.ts';

/** Where the API server's address and the credentials stand. */
export type ApiAccess =
  | {
      readonly kind: 'kubeconfig';
      readonly path: string;
      /** Takes the place of the address in the file: kube-proxy's `--master`. */
      readonly master: string | undefined;
    }
  /** No credentials: kube-proxy's `--master` alone. */
  | { readonly kind: 'master'; readonly master: string }
  /** The service account of the pod. */
  | { readonly kind: 'in-cluster' };

/** The configuration, and the cluster that it names. */
export interface ApiConfig {
  readonly kubeConfig: KubeConfig;
  readonly cluster: Cluster;
}

/**
 * Reads the configuration anew at each call. Throws an error that names the file and what is missing in it.
 * What it refers to (tokens, certificates, exec plugins) is read when a request is made.
 */
export async function loadKubeConfig(access: ApiAccess): Promise<ApiConfig> {
  const kubeConfig = new (await kubeConfigClass())();
  if (access.kind === 'in-cluster') kubeConfig.loadFromCluster();
  else if (access.kind === 'master')
    kubeConfig.loadFromClusterAndUser(clusterAt(access.master), { name: '' });
  else await loadFile(kubeConfig, access.path);
  const found = kubeConfig.getCurrentCluster();
  if (found === null) throw new Error(`${describe(access)}: current-context names no cluster`);
  const cluster = 'master' in access && access.master ? { ...found, server: access.master } : found;
  if (!URL.canParse(cluster.server) || !/^https?:/.test(cluster.server))
    throw new Error(`${describe(access)}: server must be a URL with http or https, got ${cluster.server}`);
  return { kubeConfig, cluster };
}

/** What messages call it. */
export function describe(access: ApiAccess): string {
  switch (access.kind) {
    case 'kubeconfig':
      return `kubeconfig ${access.path}`;
    case 'master':
      return `--master ${access.master}`;
    case 'in-cluster':
      return 'the service account of the pod';
  }
}

function clusterAt(server: string): Cluster {
  return { name: '', server, skipTLSVerify: false };
}

async function loadFile(kubeConfig: KubeConfig, path: string): Promise<void> {
  try {
    kubeConfig.loadFromFile(path);
    await readTokenFiles(kubeConfig, path);
  } catch (error) {
    throw new Error(`kubeconfig ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** client-node 2.0 passes over `tokenFile`, which the kubeconfig of kubeadm's kube-proxy has; the token in it rotates. */
async function readTokenFiles(kubeConfig: KubeConfig, path: string): Promise<void> {
  const document = load(await readFile(path, 'utf8'), { schema: CORE_SCHEMA });
  const entries = isFields(document) && Array.isArray(document.users) ? document.users : [];
  for (const entry of entries) {
    const tokenFile = isFields(entry) && isFields(entry.user) ? entry.user.tokenFile : undefined;
    if (typeof tokenFile !== 'string') continue;
    kubeConfig.users = kubeConfig.users.map(({ token, ...user }) =>
      user.name === entry.name
        ? { ...user, authProvider: { name: 'tokenFile', config: { tokenFile } } }
        : { ...user, ...(token === undefined ? {} : { token }) },
    );
  }
}

let loaded: Promise<typeof KubeConfig> | undefined;

function kubeConfigClass(): Promise<typeof KubeConfig> {
  loaded ??= importAlone();
  return loaded;
}

/**
 * Beside the class, client-node has a class for each of Kubernetes' kinds, and an HTTP client that is not used here:
 * 45 MB of memory and half a second. They are left out.
 */
async function importAlone(): Promise<typeof KubeConfig> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const unused = context.parentURL?.endsWith('/client-node/dist/config.js') && unusedModule(specifier);
      return unused ? { url: unused, shortCircuit: true } : next(specifier, context);
    },
  });
  try {
    return (await import('@kubernetes/client-node/dist/config.js')).KubeConfig;
  } finally {
    hooks.deregister();
  }
}

function unusedModule(specifier: string): string | undefined {
  if (specifier === './gen/index.js') return moduleOf('createConfiguration', 'ServerConfiguration');
  if (specifier === 'undici') return moduleOf('Agent', 'ProxyAgent');
  return undefined;
}

function moduleOf(...names: readonly string[]): string {
  return `data:text/javascript,${names.map((name) => `export const ${name} = undefined;`).join('')}`;
}

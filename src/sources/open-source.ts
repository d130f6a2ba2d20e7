import { hostname } from 'node:os';
import type { FlagValues } from '../config/flags/flags.ts';
import { nodeName } from '../config/node-name.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { UserError } from '../program/exit-status.ts';
import { version } from '../program/version.ts';
import type { ObjectChange } from '../state/object-kinds.ts';
import type { Change } from '../state/records.ts';
import type { ClusterSourceEvents, WantedObjects } from './cluster/cluster-source.ts';
import type { ApiAccess } from './cluster/kube-config.ts';
import type { ApiTransport, RequestObserver } from './cluster/transport.ts';
import type { FilesSourceOptions } from './files-source.ts';
import type { Source } from './source.ts';

/** What every command takes: kube-proxy's flags, and where the objects are. */
export interface CommonOptions {
  readonly flags: FlagValues;
  readonly source: string | undefined;
  readonly serviceProxyName: string;
}

/** Where the objects come from. */
export interface OpenedSource<C extends ObjectChange = Change> {
  readonly source: Source<C>;
  /** `undefined` where they come from files. */
  readonly api: ApiTransport | undefined;
}

/** Who goes on after `load`. */
export interface Following {
  /** Whether an API server that does not answer at first is waited for; else it is an error. */
  readonly patient: boolean;
  /** Hears how it goes with the API server. */
  readonly events?: ClusterSourceEvents;
  readonly requests?: RequestObserver;
}

/**
 * The source that the options name: files, or the API server. Where nobody is `following`, the objects are read once, and an
 * API server that does not answer is an error. Throws a `UserError` where no source is named or a kubeconfig is no good.
 */
export async function openSource(
  options: CommonOptions & Pick<FilesSourceOptions, 'allowEmpty'>,
  config: ProxyConfig,
  following?: Following,
): Promise<OpenedSource> {
  const { proxyObjects } = await import('./cluster/cluster-source.ts');
  const wanted = proxyObjects({
    nodeName: nodeName(config, hostname()),
    serviceProxyName: options.serviceProxyName,
    needsPodCIDRs: config.detectLocal.mode === 'NodeCIDR',
  });
  return openSourceOf(wanted, options, config, following);
}

/** `openSource` for who wants other objects than a proxy. */
export async function openSourceOf<C extends ObjectChange>(
  wanted: WantedObjects<C>,
  options: Pick<CommonOptions, 'flags' | 'source'> & Pick<FilesSourceOptions, 'allowEmpty'>,
  config: ProxyConfig,
  following?: Following,
): Promise<OpenedSource<C>> {
  if (options.source !== undefined) {
    const { filesSourceOf } = await import('./files-source.ts');
    const once = following === undefined;
    return { source: filesSourceOf(wanted.reduce, options.source, { ...options, once }), api: undefined };
  }
  const access = await accessOf(options, config);
  const api = await connect(access, following?.requests ?? { requestDone: () => undefined });
  const { clusterSourceOf } = await import('./cluster/cluster-source.ts');
  const source = clusterSourceOf(wanted, {
    transport: api,
    once: following === undefined,
    patient: following?.patient ?? false,
    events: following?.events ?? silent,
  });
  return { source, api };
}

const silent: ClusterSourceEvents = {
  listed: () => undefined,
  failed: () => undefined,
  recovered: () => undefined,
  awaitsNode: () => undefined,
};

async function accessOf(
  { flags }: Pick<CommonOptions, 'flags'>,
  { clientConnection }: ProxyConfig,
): Promise<ApiAccess> {
  const { apiAccess } = await import('./cluster/api-access.ts');
  const access = apiAccess({
    kubeconfig: clientConnection.kubeconfig,
    master: flags.master,
    environment: process.env,
  });
  if (access !== undefined) return access;
  throw new UserError(
    'nothing says where the objects are: name files (--source), or the API server (--kubeconfig or --master); in a pod its service account is used',
  );
}

/** A kubeconfig that is wrong now will be so later. */
async function connect(access: ApiAccess, requests: RequestObserver): Promise<ApiTransport> {
  const { loadKubeConfig } = await import('./cluster/kube-config.ts');
  const { httpTransport } = await import('./cluster/http-transport.ts');
  await loadKubeConfig(access).catch((error: Error) => {
    throw new UserError(error.message);
  });
  return httpTransport(access, `portolan/${version()} (${process.platform}/${process.arch})`, requests);
}

import type { ProxyConfig } from '../config/proxy-config.ts';
import { loadState } from '../sources/load-state.ts';
import { type CommonOptions, openSource } from '../sources/open-source.ts';
import type { Objects } from './doctor-check.ts';

/** The objects of the source that the options name, or why there are none: the node is checked all the same. */
export async function objectsOf(options: CommonOptions, config: ProxyConfig): Promise<Objects> {
  const signal = AbortSignal.timeout(patienceSeconds * 1_000);
  try {
    const { source } = await openSource(options, config);
    const loaded = await loadState(source, config, options, signal);
    if (signal.aborted) return missing(`they were not all there after ${patienceSeconds} s`, options);
    return { loaded };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return isSourceNamed(options, config) ? missing(reason, options) : { notAsked: reason };
  }
}

function missing(reason: string, { source }: CommonOptions): Objects {
  const next =
    source === undefined
      ? 'see whether the node reaches the address of the API server in its kubeconfig; a proxy that starts now learns of no Service'
      : 'name a file or folder that can be read with --source';
  return { missing: reason, next };
}

const patienceSeconds = 10;

function isSourceNamed({ source, flags }: CommonOptions, { clientConnection }: ProxyConfig): boolean {
  return [source, clientConnection.kubeconfig, flags.master].some((one) => one !== undefined && one !== '');
}

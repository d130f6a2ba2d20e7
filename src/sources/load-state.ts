import { hostname } from 'node:os';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { type LoadedFor, type LoadedState, loadObjects } from '../plan/loaded-state.ts';
import type { CommonOptions } from './open-source.ts';
import type { Source } from './source.ts';

/**
 * Loads everything, or what the plans of some Services need. Where the signal aborts meanwhile, the state holds only a part, and
 * must not be programmed.
 */
export function loadState(
  source: Source,
  config: ProxyConfig,
  { serviceProxyName, plannedServices }: CommonOptions & Pick<LoadedFor, 'plannedServices'>,
  signal?: AbortSignal,
): Promise<LoadedState> {
  return loadObjects((listener) => source.load(listener, signal), {
    config,
    hostname: hostname(),
    serviceProxyName,
    plannedServices,
  });
}

import { ConfigError } from './config-error.ts';
import type { ProxyConfig } from './proxy-config.ts';

/**
 * The name of the Node object of this machine: `hostnameOverride`, or else the host's name as the kubelet
 * registers it, trimmed and in lower case. Throws a `ConfigError` where both are empty.
 */
export function nodeName(config: Pick<ProxyConfig, 'hostnameOverride'>, hostname: string): string {
  const name = config.hostnameOverride ?? hostname.trim().toLowerCase();
  if (name === '') {
    throw new ConfigError([
      { object: 'hostname', reason: 'this host has no name: set hostnameOverride to the name of its Node' },
    ]);
  }
  return name;
}

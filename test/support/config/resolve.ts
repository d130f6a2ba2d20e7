import { ConfigError } from '../../../src/config/config-error.ts';
import type { FlagValues } from '../../../src/config/flags/flags.ts';
import { type ResolvedConfig, resolveConfig } from '../../../src/config/resolve-config.ts';
import { formatProblem } from '../../../src/state/problem.ts';

/** Resolves a configuration file with these lines under its header. */
export function resolveFile(lines: string, flags: FlagValues = {}): ResolvedConfig {
  const header = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n';
  return resolveText(header + lines, flags);
}

export function resolveText(text: string, flags: FlagValues = {}): ResolvedConfig {
  return resolveConfig({ file: { path: 'proxy.yaml', text }, flags });
}

/** The lines of the ConfigError that this throws; none when it does not throw. */
export function faultsOf(resolve: () => unknown): readonly string[] {
  try {
    resolve();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(formatProblem);
  }
}

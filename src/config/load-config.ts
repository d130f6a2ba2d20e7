import { readFile } from 'node:fs/promises';
import { UserError } from '../program/exit-status.ts';
import type { FlagValues } from './flags/flags.ts';
import type { ProxyConfig } from './proxy-config.ts';

/** The configuration, and notices to be logged once. */
export interface LoadedConfig {
  readonly config: ProxyConfig;
  readonly notices: readonly string[];
}

/**
 * Reads the configuration file, if `--config` names one, and joins it with the flags. Throws a `ConfigError`, or a
 * `UserError` where the file cannot be read.
 */
export async function loadConfig(flags: FlagValues): Promise<LoadedConfig> {
  const { resolveConfig } = await import('./resolve-config.ts');
  const path = flags.config;
  if (path === undefined || path === '') return resolveConfig({ flags });
  return resolveConfig({ file: { path, text: await readConfigFile(path) }, flags });
}

/** The text of the file that `--config` names. Throws a `UserError`. */
export async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(
      `--config ${path}: cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

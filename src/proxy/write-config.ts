import { writeFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import type { FlagValues } from '../config/flags/flags.ts';
import { formatConfig } from '../config/format-config.ts';
import { loadConfig } from '../config/load-config.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';

/** Writes the effective configuration to the file that `--write-config-to` names. */
export async function writeConfig(flags: FlagValues): Promise<ExitStatus> {
  const { config } = await loadConfig(flags);
  await writeFile(flags['write-config-to'] ?? '', dump(formatConfig(config)));
  return exitStatus.ok;
}

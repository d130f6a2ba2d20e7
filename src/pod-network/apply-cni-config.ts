import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../kernel/node/replace-file.ts';
import type { Cidr } from '../net/cidr.ts';
import { cniConfig, cniConfigName } from './cni-config.ts';
import type { CniFolders } from './network-options.ts';

/** Has the configuration there by which pods get addresses; returns what was done, a line each. Rejects where it cannot be written. */
export async function applyCniConfig(
  folders: CniFolders | undefined,
  podCIDRs: readonly Cidr[],
  podMtu: number,
): Promise<readonly string[]> {
  if (folders === undefined) return [];
  const file = join(folders.config, cniConfigName);
  const text = cniConfig(podCIDRs, podMtu, await isProgram(join(folders.plugins, 'portmap')));
  return (await replaceFile(file, text)) ? [`${file} written, for ${podCIDRs.join(' and ')}`] : [];
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

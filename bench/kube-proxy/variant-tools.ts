import { access, constants, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a folder in which the iptables commands are those of the variant, `nft` or `legacy`: kube-proxy knows them by these
 * names only. Throws where the variant is not installed.
 */
export async function variantTools(folder: string, variant: string): Promise<string> {
  const tools = join(folder, variant);
  const program = await programPath(`xtables-${variant}-multi`);
  await mkdir(tools);
  for (const command of ['iptables', 'ip6tables']) {
    for (const ending of ['', '-save', '-restore'])
      await symlink(program, join(tools, `${command}${ending}`));
  }
  return tools;
}

async function programPath(program: string): Promise<string> {
  for (const place of [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']) {
    const file = join(place, program);
    const executable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return file;
  }
  throw new Error(`${program} is not installed; install iptables`);
}

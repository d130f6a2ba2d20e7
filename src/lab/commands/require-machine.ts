import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '../../program/exit-status.ts';
import { hasPlugin } from '../cni/run-plugin.ts';
import type { LabSpec } from '../lab-spec.ts';
import { pluginFolders } from '../nodes/plugin-folders.ts';

/** `PATH` with the folders of administrators' commands, which other users often lack. */
export function labPath({ PATH = '' }: NodeJS.ProcessEnv = process.env): string {
  return [...new Set([...PATH.split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'])]
    .filter((folder) => folder !== '')
    .join(':');
}

/** Throws a `UserError` that names all that the machine lacks for the lab, with the command that helps. */
export function requireMachine({ mode, cni, network }: Pick<LabSpec, 'mode' | 'cni' | 'network'>): void {
  const folders = labPath().split(':');
  const has = (command: string) => folders.some((folder) => existsSync(`${folder}/${command}`));
  const missing = [
    ...[
      ...commonCommands,
      ...(mode === 'iptables' ? iptablesCommands : []),
      ...(network === 'bgp' ? routingCommands : []),
    ]
      .filter(([command]) => !has(command))
      .map(([command, source]) => ({ what: `the command ${command}`, source })),
    ...(cni === 'reference' ? referencePlugins : [])
      .filter((plugin) => !hasPlugin(plugin, pluginFolders))
      .map((plugin) => ({ what: `the CNI plugin ${plugin}`, source: 'containernetworking-plugins' })),
  ];
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(({ source }) => source))];
  throw new UserError(
    `not on this machine: ${missing.map(({ what }) => what).join(', ')}. Install ${packages.join(', ')} (Debian: apt-get install ${packages.join(' ')})`,
  );
}

/** With the packages of Debian that they are in. */
const commonCommands = [
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['mount', 'mount'],
  ['umount', 'mount'],
  ['nft', 'nftables'],
] as const;
const iptablesCommands = [
  ['iptables', 'iptables'],
  ['iptables-restore', 'iptables'],
] as const;
const routingCommands = [['bird', 'bird2']] as const;
const referencePlugins = ['bridge', 'host-local', 'loopback'] as const;

/** Why this user could not make the namespaces of a lab, in a sentence for people. */
export function namespaceObstacle(): string {
  if (process.getuid?.() === 0)
    return 'root may not make namespaces here: this is a container without the right to (docker run --privileged)';
  const [setting] = obstacles.filter(([file, value]) => readSetting(file) === value);
  if (setting === undefined)
    return 'this user may not make namespaces here: a container or the kernel forbids it; start the lab as root';
  const [file, , allow] = setting;
  const name = file.replaceAll('/', '.');
  return `user namespaces are not allowed here to other users than root (${name}); as root: sysctl -w ${name}=${allow}, or start the lab as root`;
}

/** Settings that forbid user namespaces: the kernel's own, and those of Debian and Ubuntu. */
const obstacles = [
  ['user/max_user_namespaces', '0', '10000'],
  ['kernel/unprivileged_userns_clone', '0', '1'],
  ['kernel/apparmor_restrict_unprivileged_userns', '1', '0'],
] as const;

function readSetting(file: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${file}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

import type { Machine } from '../../../kernel/node/machine.ts';

/** A numeric setting below /proc/sys; its value is `undefined` where it does not exist. */
export interface Setting {
  /** `net/ipv4/ip_forward`. */
  readonly path: string;
  readonly value: number | undefined;
}

export async function readSettings(machine: Machine, paths: readonly string[]): Promise<readonly Setting[]> {
  return Promise.all(paths.map(async (path) => ({ path, value: await machine.setting(path) })));
}

/** `net.ipv4.ip_forward = 0`. */
export function formatSetting({ path, value }: Setting): string {
  return `${settingName(path)} = ${value ?? 'absent'}`;
}

/** The command that sets it. */
export function setTo(path: string, value: number): string {
  return `sysctl -w ${settingName(path)}=${value}`;
}

/** The name for sysctl(8), with slashes where an interface name contains a dot. */
export function settingName(path: string): string {
  return path.includes('.') ? path : path.replaceAll('/', '.');
}

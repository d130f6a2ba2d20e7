import type { Machine } from '../../../kernel/node/machine.ts';

/** A number below /proc/sys with its value, as checks look at them; `undefined` where there is no such setting. */
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

/** As sysctl(8) takes it: with slashes where the name of an interface has a dot in it. */
export function settingName(path: string): string {
  return path.includes('.') ? path : path.replaceAll('/', '.');
}

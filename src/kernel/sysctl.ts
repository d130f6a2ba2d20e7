import { readFile, writeFile } from 'node:fs/promises';

/** The value of a kernel setting, by its path below /proc/sys; `undefined` where the kernel has none. */
export async function readSysctl(path: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(`/proc/sys/${path}`, 'utf8'), 10);
  } catch {
    return undefined;
  }
}

/** Sets a kernel setting unless it has the value already. Throws where it cannot be written. */
export async function ensureSysctl(path: string, value: number): Promise<void> {
  if ((await readSysctl(path)) === value) return;
  await writeFile(`/proc/sys/${path}`, String(value));
}

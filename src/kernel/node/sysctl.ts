import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** The value of a kernel setting, by its path below /proc/sys or its whole path; `undefined` where there is none. */
export async function readSysctl(path: string): Promise<number | undefined> {
  return readSetting(path).catch(() => undefined);
}

/** As `readSysctl`, but throws where the setting cannot be read, or is no number. */
export async function readSetting(path: string): Promise<number> {
  const text = await readFile(fileOf(path), 'utf8');
  const value = Number.parseInt(text, 10);
  if (Number.isNaN(value)) throw new Error(`${path} holds no number`);
  return value;
}

/** Sets a kernel setting unless it has the value already. Throws where it cannot be written. */
export async function ensureSysctl(path: string, value: number): Promise<void> {
  if ((await readSysctl(path)) === value) return;
  await writeSetting(path, value);
}

/** Throws where there is no such setting, or it cannot be written. */
export async function writeSetting(path: string, value: number): Promise<void> {
  // Without r+ a setting that is missing would look like a file that may not be created.
  await writeFile(fileOf(path), String(value), { flag: 'r+' });
}

function fileOf(path: string): string {
  return resolve('/proc/sys', path);
}

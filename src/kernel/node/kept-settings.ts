import { mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { ensureSysctl } from './sysctl.ts';

/** The values that kernel settings had before Portolan changed them, kept until `cleanup` puts them back. */
type KeptSettings = Readonly<Record<string, number>>;

/** systemd names a unit's own folder below /run so; it is gone after a reboot, as the settings are. */
const folder = process.env.RUNTIME_DIRECTORY ?? '/run/portolan';

/** Remembers the value that a setting had, unless an earlier one is remembered already. */
export async function keepForCleanup(path: string, value: number): Promise<void> {
  const kept = await readKept();
  if (path in kept) return;
  await mkdir(folder, { recursive: true });
  await writeFile(await keptFile(), JSON.stringify({ ...kept, [path]: value }));
}

/**
 * Puts back every remembered value; returns the paths of those settings. Throws, after the others are put back, where
 * one cannot be: all stay remembered then.
 */
export async function restoreKept(): Promise<readonly string[]> {
  const kept = await readKept();
  const errors: unknown[] = [];
  for (const [path, value] of Object.entries(kept)) {
    await ensureSysctl(path, value).catch((error) => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
  await rm(await keptFile(), { force: true });
  return Object.keys(kept);
}

/** Settings belong to a network namespace, and the folder may be shared by many. */
async function keptFile(): Promise<string> {
  const namespace = (await readlink('/proc/self/ns/net')).replace(/\D/g, '');
  return `${folder}/settings-${namespace}.json`;
}

async function readKept(): Promise<KeptSettings> {
  try {
    return JSON.parse(await readFile(await keptFile(), 'utf8')) as KeptSettings;
  } catch {
    return {};
  }
}

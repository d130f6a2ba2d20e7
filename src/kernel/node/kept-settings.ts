import { mkdir, open, readFile, readlink, rename, rm } from 'node:fs/promises';
import { ensureSysctl } from './sysctl.ts';

/** The values that kernel settings had before Portolan changed them, kept until `cleanup` puts them back. */
type KeptSettings = Readonly<Record<string, number>>;

/** systemd names a unit's own folder below /run so; it is gone after a reboot, as the settings are. */
const folder = process.env.RUNTIME_DIRECTORY ?? '/run/portolan';

/**
 * Remembers the value that a setting has and is going to lose, unless an earlier one is remembered already; tells whether
 * there was none. Throws where it cannot be written down, or what is written there cannot be read.
 */
export async function keepForCleanup(path: string, value: number): Promise<boolean> {
  const kept = await readKept();
  if (path in kept) return false;
  await writeKept({ ...kept, [path]: value });
  return true;
}

/** Of a setting that has kept its value. */
export async function forgetKept(path: string): Promise<void> {
  const { [path]: _, ...others } = await readKept();
  await writeKept(others);
}

/** What became of the remembered values. */
export interface PutBack {
  /** The paths of the settings that have their former values again. */
  readonly done: readonly string[];
  /** Those that cannot be put back, and why; they stay remembered. */
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

/** Puts every remembered value back that can be. Throws where nobody can read what is remembered. */
export async function restoreKept(): Promise<PutBack> {
  const kept = await readKept();
  const failed: { readonly path: string; readonly reason: string }[] = [];
  for (const [path, value] of Object.entries(kept))
    await ensureSysctl(path, value).catch((error: Error) => failed.push({ path, reason: error.message }));
  const left = Object.entries(kept).filter(([path]) => failed.some((one) => one.path === path));
  await writeKept(Object.fromEntries(left));
  return { done: Object.keys(kept).filter((path) => !left.some(([one]) => one === path)), failed };
}

/** Settings belong to a network namespace, and the folder may be shared by many. */
async function keptFile(): Promise<string> {
  const namespace = (await readlink('/proc/self/ns/net')).replace(/\D/g, '');
  return `${folder}/settings-${namespace}.json`;
}

async function readKept(): Promise<KeptSettings> {
  const file = await keptFile();
  try {
    const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isKept(kept)) return kept;
    throw new Error('it holds something else than settings with their numbers');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    const why = error instanceof Error ? error.message : error;
    throw new Error(`${file} should hold the former values of kernel settings, and cannot be read: ${why}`);
  }
}

function isKept(kept: unknown): kept is KeptSettings {
  if (typeof kept !== 'object' || kept === null || Array.isArray(kept)) return false;
  return Object.values(kept).every((value) => Number.isSafeInteger(value));
}

/** Whatever happens meanwhile, the file is the old one or the new one. */
async function writeKept(kept: KeptSettings): Promise<void> {
  const file = await keptFile();
  if (Object.keys(kept).length === 0) return rm(file, { force: true });
  await mkdir(folder, { recursive: true });
  const written = await open(`${file}.new`, 'w');
  try {
    await written.writeFile(JSON.stringify(kept));
    await written.sync();
  } finally {
    await written.close();
  }
  await rename(`${file}.new`, file);
}

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files that count, in the order in which they count: the path itself, or those right inside that folder.
 * Throws where the path cannot be read.
 */
export async function listFiles(path: string): Promise<readonly string[]> {
  if (!(await isFolder(path))) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => objectFile.test(entry.name) && (entry.isFile() || entry.isSymbolicLink()))
    .map(({ name }) => join(path, name))
    .sort();
}

/** Neither hidden files nor what editors put beside a file, such as `web.yaml~`. */
const objectFile = /^[^.].*\.(ya?ml|json)$/;

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}

/** What tells one version of a file from another; `undefined` where there is no such file. */
export async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return undefined;
  }
}

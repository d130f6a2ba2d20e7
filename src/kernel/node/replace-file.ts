import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Has the file hold this text: whoever reads it finds the old or the new one, and never a part. Its folder is made where it is missing.
 * Tells whether it held anything else. Rejects where it cannot be written.
 */
export async function replaceFile(path: string, text: string): Promise<boolean> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return false;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
  return true;
}

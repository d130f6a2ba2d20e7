import { chmod, copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A checkout, in a folder of its own, that has nothing but a launcher and the script that this starts. Their names have spaces. */
export interface LauncherCheckout {
  readonly folder: string;
  readonly checkout: string;
}

/** `launcher` is the name of a file in bin/, `script` a path in the checkout. */
export async function createLauncherCheckout(launcher: string, script: string): Promise<LauncherCheckout> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan launcher '));
  const checkout = join(folder, 'check out');
  await mkdir(join(checkout, 'bin'), { recursive: true });
  await copyFile(join(import.meta.dirname, '../../../bin', launcher), join(checkout, 'bin', launcher));
  await writeExecutable(join(checkout, script), '#!/bin/sh\n');
  return { folder, checkout };
}

/** Makes the folders that are missing. Returns the path. */
export async function writeExecutable(file: string, content: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await chmod(file, 0o755);
  return file;
}

import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Recordings of kube-proxy, in a folder beside the checkout; no part of this repository. */
export const sharedPath = fileURLToPath(new URL('../../../../shared/', import.meta.url));

/** The entries of a folder of recordings; none where they are absent. */
export function sharedEntries(folder: string): string[] {
  const path = `${sharedPath}${folder}`;
  return existsSync(path) ? readdirSync(path).sort() : [];
}

export function sharedUnavailable(): string | undefined {
  return existsSync(sharedPath) ? undefined : 'the recordings of kube-proxy (../shared) are absent';
}

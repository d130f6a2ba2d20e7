import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path/posix';

/** What a plugin said that was run. */
export interface PluginAnswer {
  /** `undefined` where it did not end by itself. */
  readonly status: number | undefined;
  readonly output: string;
}

/** The executable of this name in the first of the folders that has one. */
export function findPlugin(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * Runs a plugin with this process's environment and standard error, with these variables changed. Throws an `Error` where it
 * cannot be started.
 */
export function runPluginFile(
  file: string,
  input: string,
  variables: Readonly<Record<string, string>>,
): PluginAnswer {
  // Most networks never need it, and it takes time to load.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, stdout, error } = spawnSync(file, [], {
    input,
    env: { ...process.env, ...variables },
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: longestOutput,
  });
  // A plugin may end before it has read all its input.
  if (error !== undefined && !('code' in error && error.code === 'EPIPE')) throw error;
  return { status: status ?? undefined, output: stdout };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Bytes. */
const longestOutput = 1 << 24;

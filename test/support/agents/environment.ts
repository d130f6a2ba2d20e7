import { join } from 'node:path';

/**
 * What a script of the tests finds in its environment: nothing that vitest or an operator set for this process (coverage,
 * preloads). What Node compiles of it, and of all that it loads, is kept for the next one that starts.
 */
export function scriptEnvironment(): Readonly<Record<string, string>> {
  return { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', NODE_COMPILE_CACHE: compileCache };
}

const compileCache = join(import.meta.dirname, '../../../node_modules/.cache/compiled');

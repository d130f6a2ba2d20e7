/** Calls the command line as often as it is asked, in the namespaces that it runs in, and runs shell scripts there. */

import { fstatSync, readSync } from 'node:fs';
import { execa } from 'execa';
import { serve } from '../agents/serve.ts';
import type { Call, Finished, Script } from './program.ts';

// As it is built: it starts in half the time.
const built = new URL('../../../dist/cli/program.js', import.meta.url).href;
const { main }: typeof import('../../../src/cli/program.ts') = await import(built);

serve((asked: Call | Script): Promise<Finished> => ('script' in asked ? run(asked) : call(asked)));

/** Standard output and standard error are files: what was added to them is what this call has written. */
async function call({ args, env }: Call): Promise<Finished> {
  const [outBefore, errorBefore] = [sizeOf(1), sizeOf(2)];
  const exitCode = await withEnvironment(env, () => main(args));
  return { exitCode, stdout: textSince(1, outBefore), stderr: textSince(2, errorBefore) };
}

async function run({ script, input, env }: Script): Promise<Finished> {
  const { exitCode, stdout, stderr } = await execa('sh', ['-c', script], { input, env, reject: false });
  return { exitCode, stdout, stderr };
}

async function withEnvironment<T>(
  changes: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const usual = { ...process.env };
  Object.assign(process.env, changes);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(changes)) delete process.env[name];
    Object.assign(process.env, usual);
  }
}

function sizeOf(file: number): number {
  return fstatSync(file).size;
}

function textSince(file: number, position: number): string {
  const bytes = Buffer.alloc(sizeOf(file) - position);
  readSync(file, bytes, 0, bytes.length, position);
  return bytes.toString().replace(/\n$/, '');
}

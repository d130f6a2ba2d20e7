import { execFile } from 'node:child_process';

/** What became of a command that only lists. */
export type Listed =
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'missing' }
  /** `said` is what it wrote of why. */
  | { readonly kind: 'failed'; readonly said: string };

/**
 * Runs a command and collects what it prints. Not by execa: a walk may need hundreds of calls of 4 ms each, and execa
 * would add 6 ms to each of them.
 */
export function listBy(command: string, args: readonly string[]): Promise<Listed> {
  const { promise, resolve } = Promise.withResolvers<Listed>();
  execFile(command, args, options, (error, output, said) => {
    if (error === null) resolve({ kind: 'printed', text: output.toString() });
    else if (error.code === 'ENOENT') resolve({ kind: 'missing' });
    else resolve({ kind: 'failed', said: firstLineOf(said.toString()) || error.message });
  });
  return promise;
}

/** Bytes, since a text that comes in thousands of pieces is slow to search. */
const options = { encoding: 'buffer', maxBuffer: Number.POSITIVE_INFINITY } as const;

/** Whether it failed because this process may not look. */
export function isForbidden(said: string): boolean {
  return /Operation not permitted|Permission denied|must be root/.test(said);
}

/** Does the work for each, `atOnce` at a time; in the order of the inputs. */
export async function forEachAtOnce<Input, Output>(
  inputs: readonly Input[],
  atOnce: number,
  work: (input: Input) => Promise<Output>,
): Promise<readonly Output[]> {
  const outputs: Output[] = [];
  const left = inputs.entries();
  const worker = async () => {
    for (const [at, input] of left) outputs[at] = await work(input);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, worker));
  return outputs;
}

/** Warnings such as of legacy tables come before what went wrong. */
function firstLineOf(said: string): string {
  return said.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
}

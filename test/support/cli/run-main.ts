import { vi } from 'vitest';
import { main } from '../../../src/cli/program.ts';

/** What a command printed in this process, and how it ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitStatus: number;
}

/** Calls the command line in this process: for commands that touch nothing. */
export async function runMain(args: readonly string[]): Promise<Ended> {
  using stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  using stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const exitStatus = await main(args);
  return { stdout: written(stdout), stderr: written(stderr), exitStatus };
}

function written(stream: { readonly mock: { readonly calls: readonly (readonly unknown[])[] } }): string {
  return stream.mock.calls.map(([text]) => String(text)).join('');
}

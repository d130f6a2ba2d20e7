import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';

/** A pod that answers, with the node that it is on. */
export interface PodName {
  readonly name: string;
  readonly node: string;
  readonly address: string;
}

const bin = fileURLToPath(new URL('../../bin', import.meta.url));
const env = { PATH: `${bin}:${process.env.PATH}` };

/** The steps are written as they are done. */
export async function startLab(): Promise<void> {
  const size = ['--nodes', '2', '--pods', '2', '--mode', 'nftables'];
  await execa('portolan', ['lab', 'up', ...size], { env, stdout: 'inherit', stderr: process.stdout });
}

/** Runs `portolan lab` with these words, and gives what it says. Rejects where it fails. */
export async function inLab(...words: readonly string[]): Promise<string> {
  return (await startInLab(...words)).stdout;
}

/** The same, while it goes on. */
export function startInLab(...words: readonly string[]) {
  return execa('portolan', ['lab', ...words], { env });
}

export async function endLab(): Promise<void> {
  await inLab('down');
}

const statusSchema = z.object({
  pods: z.array(
    z.object({
      name: z.string(),
      node: z.string(),
      addresses: z.array(z.string()),
      ready: z.boolean(),
      phase: z.string(),
    }),
  ),
});

/** The pods of a Deployment that are ready. */
export async function podsOf(deployment: string): Promise<readonly PodName[]> {
  const { pods } = statusSchema.parse(JSON.parse(await inLab('status', '--output', 'json')));
  return pods
    .filter(({ name, ready }) => ready && name.startsWith(`default/${deployment}-`))
    .map(({ name, node, addresses: [address = ''] }) => ({
      name: name.replace('default/', ''),
      node,
      address,
    }));
}

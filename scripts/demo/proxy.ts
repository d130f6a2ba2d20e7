import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { allRules } from './kernel-rules.ts';
import { inside } from './network.ts';

const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));
const config = fileURLToPath(new URL('../../fixtures/demo/config.yaml', import.meta.url));

/** A running proxy. `ended` rejects when its process has ended, with what it said. */
export type RunningProxy = { readonly ended: Promise<never>; readonly stop: () => Promise<void> };

/** Starts `portolan run` on the node, with the objects of a folder. */
export function startProxy(folder: string): RunningProxy {
  const command = inside('node', portolan, 'run', '--source', folder, '--config', config);
  const child = execa(...command, { stdin: 'ignore', all: true, reject: false });
  const ended = child.then((result): never => {
    throw new Error(`portolan run has ended: ${result.shortMessage ?? 'exit code 0'}\n${result.all}`);
  });
  // Who is not waiting for it at that moment learns it from the next wait.
  ended.catch(() => {});
  return {
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const result = await child;
      if (!result.failed) return;
      throw new Error(`portolan run did not stop in order: ${result.shortMessage}\n${result.all}`);
    },
  };
}

/** Runs `portolan cleanup` on the node, and makes sure that it left nothing. */
export async function cleanUp(): Promise<void> {
  await execa(...inside('node', portolan, 'cleanup'));
  const left = (await allRules()).filter((line) => line.includes('KUBE-'));
  if (left.length > 0) throw new Error(`portolan cleanup left rules:\n${left.join('\n')}`);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { scriptEnvironment } from '../agents/environment.ts';
import { inNamespace } from '../lab/namespaces.ts';

/** A script of this folder that runs in a namespace, until it is disposed of. */
export interface Helper extends AsyncDisposable {
  /** Writes a line to it, and resolves when it has answered with one. */
  tell(command: string): Promise<void>;
}

/** Starts a script with these arguments. Resolves when it has said, with a line, that it is ready. */
export async function startHelper(
  namespace: string,
  script: string,
  args: readonly string[],
): Promise<Helper> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const [program, ...words] = [...inNamespace(namespace), process.execPath, path, ...args] as const;
  const child = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: scriptEnvironment(),
  });
  const ended = once(child, 'close');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    if ((await answers.next()).done) throw new Error(`${script} has ended`);
  };
  await answer();
  return {
    async tell(command) {
      child.stdin.write(`${command}\n`);
      await answer();
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

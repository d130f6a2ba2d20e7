import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scriptEnvironment } from './environment.ts';
import type { Asked, Reply } from './serve.ts';

/** A process in namespaces of its own that answers questions (serve.ts). It ends where this is disposed of. */
export interface Agent<Question, Answer> extends AsyncDisposable {
  /** Answers come in the order in which the agent is done. Rejects with what the agent threw, or where it has ended. */
  ask(question: Question): Promise<Answer>;
}

export interface AgentOptions {
  /** A command in front of Node's: one that makes or enters namespaces, or takes capabilities away. */
  readonly launcher: readonly string[];
  readonly script: URL;
  readonly nodeFlags?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export function startAgent<Question, Answer>({
  launcher,
  script,
  nodeFlags = [],
  args = [],
  env = {},
}: AgentOptions): Agent<Question, Answer> {
  const path = fileURLToPath(script);
  const [command = '', ...words] = [...launcher, process.execPath, ...nodeFlags, path, ...args];
  const [stdout, stderr] = [nameless(), nameless()];
  const child = spawn(command, words, {
    stdio: ['ignore', stdout, stderr, 'ipc'],
    serialization: 'advanced',
    env: { ...scriptEnvironment(), ...env },
  });
  const pending = new Map<number, PromiseWithResolvers<Answer>>();
  child.on('message', ({ id, ...reply }: Reply<Answer>) => {
    if ('error' in reply) pending.get(id)?.reject(new Error(reply.error));
    else pending.get(id)?.resolve(reply.answer);
    pending.delete(id);
  });
  let ended: Error | undefined;
  // Not `close`, which never comes where it is this side that disconnects.
  const exited = once(child, 'exit').then(([code, signal]) => {
    ended = new Error(`the agent has ended (${signal ?? code}): ${textOf(stderr).trim()}`);
    for (const { reject } of pending.values()) reject(ended);
    for (const file of [stdout, stderr]) closeSync(file);
  });
  let lastId = 0;
  return {
    async ask(question) {
      if (ended !== undefined) throw ended;
      lastId += 1;
      const answer = Promise.withResolvers<Answer>();
      pending.set(lastId, answer);
      // Where it cannot be sent the agent has ended, which rejects the answer.
      child.send({ id: lastId, question } satisfies Asked<Question>, () => undefined);
      return await answer.promise;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/**
 * A file without a name, to read and to append to: a pipe would have to be read while the agent writes, and would not tell
 * it what it has written.
 */
function nameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-agent-'));
  try {
    return openSync(join(folder, 'output'), 'a+');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function textOf(file: number): string {
  return readFileSync(`/proc/self/fd/${file}`, 'utf8');
}

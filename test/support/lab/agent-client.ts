import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Reply, ReplyLine, Request, RequestLine } from './messages.ts';

/** The lab's end of an agent (agent.ts) in a namespace. */
export interface AgentClient extends AsyncDisposable {
  /** Rejects where the agent has ended. */
  request(request: Request): Promise<Reply>;
}

export function startAgent(namespace: string): AgentClient {
  const agent = spawn('ip', ['netns', 'exec', namespace, process.execPath, agentPath], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // What vitest or an operator set for this process (coverage, preloads) is not the agent's.
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1' },
  });
  const ended = once(agent, 'close');
  const pending = new Map<number, PromiseWithResolvers<Reply>>();
  createInterface({ input: agent.stdout }).on('line', (line) => {
    const { id, reply }: ReplyLine = JSON.parse(line);
    pending.get(id)?.resolve(reply);
    pending.delete(id);
  });
  agent.stdin.on('error', () => undefined);
  agent.once('close', () => {
    for (const { reject } of pending.values()) reject(endedError(namespace, agent));
    pending.clear();
  });

  let lastId = 0;
  return {
    request(request) {
      lastId += 1;
      const reply = Promise.withResolvers<Reply>();
      if (agent.exitCode !== null || agent.signalCode !== null) reply.reject(endedError(namespace, agent));
      pending.set(lastId, reply);
      agent.stdin.write(`${JSON.stringify({ id: lastId, request } satisfies RequestLine)}\n`);
      return reply.promise;
    },
    async [Symbol.asyncDispose]() {
      agent.stdin.end();
      await ended;
    },
  };
}

const agentPath = fileURLToPath(new URL('./agent.ts', import.meta.url));

function endedError(namespace: string, { exitCode, signalCode }: ChildProcess): Error {
  return new Error(`the agent in ${namespace} has ended (${signalCode ?? exitCode})`);
}

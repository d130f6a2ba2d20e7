import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { NftTool } from '../../../src/nftables/nft-tool.ts';
import type { Answer, Question, Reply } from './nft-messages.ts';

/** An agent with a tool (nft-agent.ts) in a new network namespace. Both end where this is disposed of. */
export interface NftNamespace extends AsyncDisposable {
  /** An answer that is a failure is given, not thrown. Answers come in the order in which the agent is done. */
  ask(question: Question): Promise<Answer>;
}

/** `wrapper` is a command in front of the agent's own, such as one that takes capabilities away. */
export function nftNamespace(method: NftTool['method'], wrapper: readonly string[] = []): NftNamespace {
  const command = [
    ...wrapper,
    process.execPath,
    '--expose-gc',
    '--max-semi-space-size=1',
    '--no-opt',
    agentPath,
    method,
  ];
  const agent = spawn('unshare', ['--net', ...command], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    // What vitest or an operator set for this process (coverage, preloads) is not the agent's.
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1' },
  });
  const ended = once(agent, 'exit');
  const pending = new Map<number, PromiseWithResolvers<Answer>>();
  agent.on('message', ({ id, answer }: Reply) => pending.get(id)?.resolve(answer));
  let said = '';
  agent.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  agent.once('exit', (code, signal) => {
    const error = new Error(`the agent has ended (${signal ?? code}): ${said.trim()}`);
    for (const { reject } of pending.values()) reject(error);
  });
  return {
    ask(question) {
      const answer = Promise.withResolvers<Answer>();
      const id = pending.size;
      pending.set(id, answer);
      agent.send({ id, question });
      return answer.promise;
    },
    async [Symbol.asyncDispose]() {
      if (agent.connected) agent.disconnect();
      await ended;
    },
  };
}

const agentPath = fileURLToPath(new URL('./nft-agent.ts', import.meta.url));

/** Why nft cannot be tried in this method here, in words for a skipped test. */
export async function nftUnavailable(method: NftTool['method']): Promise<string | undefined> {
  const { exitCode, stderr } = await execa('unshare', ['--net', 'nft', 'list', 'tables'], { reject: false });
  if (exitCode !== 0) return `no nft in a network namespace (${stderr.trim() || 'not installed'})`;
  await using namespace = nftNamespace(method);
  const answer = await namespace.ask({ ask: 'apply', commands: '' });
  return 'failure' in answer ? answer.message : undefined;
}

/** Why no large transaction can be tried here, in words for a skipped test. */
export async function largeUnavailable(): Promise<string | undefined> {
  // The first user namespace is the one that has all ids.
  return /\s4294967295$/.test((await readFile('/proc/self/uid_map', 'utf8')).trim())
    ? undefined
    : 'in a user namespace, the kernel takes transactions of some 400 kB at most';
}

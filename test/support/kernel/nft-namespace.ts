import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { NftTool } from '../../../src/nftables/nft-tool.ts';
import { type Agent, startAgent } from '../agents/start-agent.ts';
import type { Answer, Question } from './nft-messages.ts';

/** An agent with a tool (nft-agent.ts) in a new network namespace. An answer that is a failure is given, not thrown. */
export type NftNamespace = Agent<Question, Answer>;

/** `wrapper` is a command in front of the agent's own, such as one that takes capabilities away. */
export function nftNamespace(method: NftTool['method'], wrapper: readonly string[] = []): NftNamespace {
  return startAgent({
    launcher: ['unshare', '--net', ...wrapper],
    nodeFlags: ['--expose-gc', '--max-semi-space-size=1', '--no-opt'],
    script: new URL('./nft-agent.ts', import.meta.url),
    args: [method],
  });
}

/** Why nft cannot be reached by this method here, in words for a skipped test. */
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

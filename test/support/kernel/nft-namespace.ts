import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { type Agent, startAgent } from '../agents/start-agent.ts';
import type { Answer, Question } from './nft-messages.ts';

/** An agent (nft-agent.ts) in a new network namespace. An answer that is a failure is given, not thrown. */
export type NftNamespace = Agent<Question, Answer>;

/** `wrapper` is a command in front of the agent's own, such as one that takes capabilities away. */
export function nftNamespace(wrapper: readonly string[] = []): NftNamespace {
  return startAgent({
    launcher: ['unshare', '--net', ...wrapper],
    nodeFlags: ['--expose-gc', '--max-semi-space-size=1', '--no-opt'],
    script: new URL('./nft-agent.ts', import.meta.url),
  });
}

/** Why nf_tables cannot be reached here, in words for a skipped test. */
export async function nftUnavailable(): Promise<string | undefined> {
  const { exitCode, stderr } = await execa('unshare', ['--net', 'nft', 'list', 'tables'], { reject: false });
  return exitCode === 0 ? undefined : `no nft in a network namespace (${stderr.trim() || 'not installed'})`;
}

/** Why no large transaction can be tried here, in words for a skipped test. */
export async function largeUnavailable(): Promise<string | undefined> {
  // The first user namespace is the one that has all ids.
  return /\s4294967295$/.test((await readFile('/proc/self/uid_map', 'utf8')).trim())
    ? undefined
    : 'in a user namespace, the kernel takes transactions of some 400 kB at most';
}

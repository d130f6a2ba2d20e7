import type { Ruleset } from '../rules-text/ruleset.ts';
import type { NodeView, Packet } from './packet.ts';
import { PacketWalk, type WalkInput } from './packet-walk.ts';
import { AllPaths } from './paths/all-paths.ts';
import { joinPaths } from './paths/join-paths.ts';
import type { Trace } from './trace.ts';
import { type Unread, unreadKey } from './unread.ts';

export { TooManyPathsError } from './paths/all-paths.ts';
export type { Unread } from './unread.ts';

export type Walked = { readonly trace: Trace } | { readonly unread: readonly Unread[] };

/**
 * Walks the first packet of a connection through the rules, on every path that it may take. Gives what has to be read
 * first where not all of its rules have been. Throws a `TooManyPathsError` where it may take more than 20,000; paths that
 * come together again with an equal packet are one from there on.
 */
export function walk(ruleset: Ruleset, packet: Packet, node: NodeView): Walked {
  const input: WalkInput = { ruleset, packet, node, assumptions: new Set(ruleset.assumptions) };
  const unread = new Map<string, Unread>();
  const paths = new AllPaths((part) => unread.set(unreadKey(part), part)).from(new PacketWalk(input));
  if (paths === undefined || unread.size > 0) return { unread: [...unread.values()] };
  return { trace: joinPaths(paths, [...input.assumptions]) };
}

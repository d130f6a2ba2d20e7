import type { Ruleset } from '../rules-text/ruleset.ts';
import { AllWays } from './all-ways.ts';
import { joinWays } from './join-ways.ts';
import { Journey, type World } from './journey.ts';
import type { NodeView, Packet } from './packet.ts';
import type { Trace } from './trace.ts';
import { type Unread, unreadKey } from './unread.ts';

export { TooManyWaysError } from './all-ways.ts';
export type { Unread } from './unread.ts';

export type Walked = { readonly trace: Trace } | { readonly unread: readonly Unread[] };

/**
 * Walks the first packet of a connection through the rules, on every way that it may take. Gives what has to be read
 * first where not all of its rules have been. Throws a `TooManyWaysError` where it may take more than 20,000; ways that
 * come together again with an equal packet are one from there on.
 */
export function walk(ruleset: Ruleset, packet: Packet, node: NodeView): Walked {
  const world: World = { ruleset, packet, node, assumptions: new Set(ruleset.assumptions) };
  const unread = new Map<string, Unread>();
  const ways = new AllWays((part) => unread.set(unreadKey(part), part)).from(new Journey(world));
  if (ways === undefined || unread.size > 0) return { unread: [...unread.values()] };
  return { trace: joinWays(ways, [...world.assumptions]) };
}

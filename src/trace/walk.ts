import type { Ruleset } from '../rules-text/ruleset.ts';
import { joinWays, type Ways, type WaysBranch } from './join-ways.ts';
import { Journey, type World } from './journey.ts';
import type { NodeView, Packet } from './packet.ts';
import type { Trace } from './trace.ts';
import { type Unread, UnreadParts, unreadKey } from './unread.ts';

export type { Unread } from './unread.ts';

export type Walked = { readonly trace: Trace } | { readonly unread: readonly Unread[] };

/**
 * Walks the first packet of a connection through the rules, on every way that it may take. Gives what has to be read
 * first where not all of its rules have been. Throws a `TooManyWaysError` where it may take more than 20,000.
 */
export function walk(ruleset: Ruleset, packet: Packet, node: NodeView): Walked {
  const world: World = { ruleset, packet, node, assumptions: new Set() };
  const unread = new Map<string, Unread>();
  const ways = allWays(new Journey(world), unread);
  if (ways === undefined || unread.size > 0) return { unread: [...unread.values()] };
  return { trace: joinWays(ways, [...world.assumptions]) };
}

/** The rules fork more often than can be followed. */
export class TooManyWaysError extends Error {
  override readonly name = 'TooManyWaysError';
}

const mostWays = 20_000;

/** Every way from here on; branches that come to what is unread are left out. */
function allWays(start: Journey, unread: Map<string, Unread>): Ways | undefined {
  let [first, ends]: [Ways | undefined, number] = [undefined, 0];
  // A list of work instead of recursion: a Service of 5,000 endpoints is 5,000 forks in each other.
  const work: { readonly journey: Journey; readonly found: (ways: Ways) => void }[] = [
    { journey: start, found: (ways) => (first = ways) },
  ];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const leg = travelOn(next.journey, unread);
    if (leg === undefined) continue;
    if ('outcome' in leg) {
      ends += 1;
      if (ends > mostWays) throw new TooManyWaysError(`the packet may take more than ${mostWays} ways`);
      next.found(leg);
      continue;
    }
    const branches: WaysBranch[] = [];
    next.found({ steps: leg.steps, branches });
    leg.journeys.forEach((journey, at) => {
      const option = leg.options[at];
      if (option === undefined) return;
      work.push({ journey, found: (ways) => (branches[at] = { option, ways }) });
    });
  }
  return first;
}

function travelOn(journey: Journey, unread: Map<string, Unread>): ReturnType<Journey['travel']> | undefined {
  try {
    return journey.travel();
  } catch (error) {
    if (!(error instanceof UnreadParts)) throw error;
    for (const part of error.unread) unread.set(unreadKey(part), part);
    return undefined;
  }
}

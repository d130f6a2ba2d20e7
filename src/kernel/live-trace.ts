import type { Packet } from '../trace/packet.ts';
import type { Trace } from '../trace/trace.ts';
import { type Unread, unreadKey } from '../trace/unread.ts';
import { walk } from '../trace/walk.ts';
import { type LiveRules, LiveRulesError } from './live-rules.ts';
import { type LiveNode, withRoutesKnown } from './node/live-node-view.ts';

/**
 * Walks a packet through the rules in force: what it comes to is read, and then it is walked again, until all is read. So it
 * goes with routes.
 * Rules that change meanwhile are an assumption of the trace: it may mix old and new ones. Throws a `LiveRulesError` where the rules cannot be read.
 */
export async function traceLive(
  packet: Packet,
  { rules, node }: { readonly rules: LiveRules; readonly node: LiveNode },
): Promise<Trace> {
  const asked = new Set<string>();
  for (;;) {
    const walked = await withRoutesKnown(node, () => walk(rules.ruleset, packet, node));
    if ('trace' in walked) return (await rules.haveChanged()) ? unsure(walked.trace) : walked.trace;
    const [rereadInVain] = walked.unread.filter((part) => asked.has(unreadKey(part)));
    if (rereadInVain !== undefined) throw unsupported(rereadInVain);
    for (const part of walked.unread) asked.add(unreadKey(part));
    await rules.read(walked.unread);
  }
}

function unsure(trace: Trace): Trace {
  return { ...trace, assumptions: [...trace.assumptions, changed] };
}

const changed = 'the rules that have changed since the first of them were read would say the same';

/** What was read and is asked for again has a form that no reader knows. */
function unsupported(part: Unread): LiveRulesError {
  const name = 'chain' in part ? `chain ${part.chain}` : `set ${part.set}`;
  return new LiveRulesError(
    `${name} of table "${part.table}" has content of a form that cannot be read here`,
  );
}

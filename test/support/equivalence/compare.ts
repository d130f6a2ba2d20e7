import type { ServicePortPlan } from '../../../src/plan/service-plan.ts';
import type { Ruleset } from '../../../src/rules-text/ruleset.ts';
import type { NodeView, Packet } from '../../../src/trace/packet.ts';
import type { TracedEndpoint } from '../../../src/trace/trace.ts';
import { walk } from '../../../src/trace/walk.ts';
import { type Facts, nodeView } from './facts.ts';
import { packetGrid } from './packet-grid.ts';
import { type Answer, answersOf } from './plan-answer.ts';
import type { Mode } from './planned-cluster.ts';

/** A packet of which the rules say something else than the plans. */
export interface Disagreement {
  readonly packet: Packet;
  readonly planned: Answer;
  readonly traced: TracedAnswer;
}

/** What a trace says in short: as an `Answer`, or what it could not know. */
export interface TracedAnswer {
  readonly verdict: string;
  readonly endpoints: readonly TracedEndpoint[];
  readonly masquerade: boolean;
}

export interface Compared {
  readonly mode: Mode;
  readonly plans: readonly ServicePortPlan[];
  readonly facts: Facts;
  readonly ruleset: Ruleset;
}

/** Compares what the plans say about each packet of the grid with what the rules do; stops at the third difference. */
export function disagreements(
  { mode, plans, facts, ruleset }: Compared,
  limit?: number,
): readonly Disagreement[] {
  const found: Disagreement[] = [];
  const [answer, node, tolerance] = [answersOf(plans, facts, mode), nodeView(facts), evenness(plans, mode)];
  for (const packet of packetGrid(plans, facts, limit)) {
    const [planned, traced] = [answer(packet), tracedAnswer(ruleset, packet, node)];
    if (!agree(planned, traced, tolerance)) found.push({ packet, planned, traced });
    if (found.length === 3) break;
  }
  return found;
}

/** Walks a packet through rules that are all there. */
function tracedAnswer(ruleset: Ruleset, packet: Packet, node: NodeView): TracedAnswer {
  const walked = walk(ruleset, packet, node);
  if ('unread' in walked) throw new Error(`not in the text: ${JSON.stringify(walked.unread)}`);
  const { verdict, endpoints, masquerade, unknowns } = walked.trace;
  return {
    verdict: unknowns.length === 0 ? verdict : `${verdict}, depending on ${unknowns.join(' and ')}`,
    endpoints,
    masquerade,
  };
}

/** The kernel keeps a probability in 31 bits. Maglev's slots are no multiple of the endpoints: some have one more. */
function evenness(plans: readonly ServicePortPlan[], mode: Mode): number {
  const isMaglev = mode === 'nftables' && plans.some(({ balance }) => balance === 'maglev');
  return isMaglev ? 1 / 1_021 : 1e-7;
}

function agree(planned: Answer, traced: TracedAnswer, tolerance: number): boolean {
  const sameVerdict =
    planned.verdict === 'refused'
      ? traced.verdict === 'reject' || traced.verdict === 'drop'
      : planned.verdict === traced.verdict;
  return (
    sameVerdict &&
    planned.masquerade === traced.masquerade &&
    planned.endpoints.length === traced.endpoints.length &&
    planned.endpoints.every((one, at) => sameEndpoint(one, traced.endpoints[at], tolerance))
  );
}

function sameEndpoint(one: TracedEndpoint, other: TracedEndpoint | undefined, tolerance: number): boolean {
  return (
    one.endpoint === other?.endpoint &&
    one.masquerade === other.masquerade &&
    Math.abs(one.share - other.share) <= tolerance
  );
}

/** A disagreement in words. */
export function describeDisagreement({ packet, planned, traced }: Disagreement): string {
  const { source, destination, protocol, port, inputInterface } = packet;
  const from = inputInterface === undefined ? source : `${source} (by ${inputInterface})`;
  return [
    `${protocol} from ${from} to ${destination} port ${port}`,
    `  planned: ${describe(planned)}`,
    `  traced:  ${describe(traced)}`,
  ].join('\n');
}

function describe({ verdict, endpoints, masquerade }: TracedAnswer): string {
  const each = endpoints.map(
    (one) => `${one.endpoint} ${(one.share * 100).toFixed(5)}%${one.masquerade ? ' masqueraded' : ''}`,
  );
  return [verdict, ...each, `masquerade ${masquerade}`].join(', ');
}

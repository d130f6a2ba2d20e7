import type { NodeView, Packet } from '../trace/packet.ts';
import type { Outcome, RuleStep, Step, Trace } from '../trace/trace.ts';
import type { ExplainedEndpoint, ExplainedStep, Explanation, Knowledge } from './explanation.ts';
import { percentages } from './percent.ts';
import { chainRole } from './reason/chain-role.ts';
import { findTarget } from './reason/find-target.ts';
import { forkReason, questionWords } from './reason/fork-reason.ts';
import { notesOn } from './reason/notes.ts';
import { reasonOf } from './reason/reason.ts';
import type { ReasonContext } from './reason/reason-context.ts';
import { reasonToMark } from './reason/service-reason.ts';
import { summarise } from './reason/summarise.ts';
import { withoutNoOps } from './without-no-ops.ts';

/** What an explanation needs to know besides the trace. */
export interface ExplainContext {
  readonly packet: Packet;
  readonly node: Pick<NodeView, 'isLocal'>;
  readonly knowledge: Knowledge;
  /** Whether the path has every rule; otherwise those that say nothing new are left out. */
  readonly everyRule?: boolean;
}

/** Puts the trace of a packet into words. */
export function explainTrace(
  trace: Trace,
  { packet, node, knowledge, everyRule = false }: ExplainContext,
): Explanation {
  const target = findTarget(trace.path, knowledge);
  const isFromNode = node.isLocal(packet.source);
  const context: ReasonContext = { packet, isFromNode, knowledge, target, markedBecause: undefined };
  const path = new PathExplainer().explain(everyRule ? trace.path : withoutNoOps(trace.path), context);
  const endpoints = explainEndpoints(trace, knowledge);
  return {
    packet,
    client: knowledge.client,
    target,
    verdict: trace.verdict,
    summary: summarise(trace, path, endpoints, context),
    endpoints,
    masquerade: trace.masquerade,
    unknowns: trace.unknowns.map(questionWords),
    assumptions: trace.assumptions,
    notes: notesOn(trace, path, knowledge),
    path,
  };
}

function explainEndpoints({ endpoints }: Trace, { backends }: Knowledge): readonly ExplainedEndpoint[] {
  const percents = percentages(endpoints.map(({ share }) => share));
  return endpoints.map(({ endpoint, masquerade }, index) => ({
    endpoint,
    percent: percents[index] ?? 0,
    masquerade,
    backend: backends.get(endpoint),
  }));
}

class PathExplainer {
  /** Forks by the reason for the mark, the one thing from before a fork that its explanation depends on. */
  readonly #forks = new Map<string | undefined, Map<Step, ExplainedStep>>();

  explain(path: readonly Step[], start: ReasonContext): readonly ExplainedStep[] {
    const explained: ExplainedStep[] = [];
    let context = start;
    for (const step of path) {
      explained.push(step.kind === 'fork' ? this.#explainFork(step, context) : explainStep(step, context));
      if (step.kind === 'rule')
        context = { ...context, markedBecause: context.markedBecause ?? markReason(step, context) };
    }
    return explained;
  }

  #explainFork(fork: Step & { kind: 'fork' }, context: ReasonContext): ExplainedStep {
    const those = this.#forks.get(context.markedBecause) ?? new Map<Step, ExplainedStep>();
    this.#forks.set(context.markedBecause, those);
    const known = those.get(fork);
    if (known !== undefined) return known;
    const branches = fork.branches.map((branch) => ({ ...branch, path: this.explain(branch.path, context) }));
    const explained = { kind: 'fork', branches, reason: forkReason(branches) } as const;
    those.set(fork, explained);
    return explained;
  }
}

function markReason(step: RuleStep, context: ReasonContext): string | undefined {
  const role = chainRole(step.table, step.chain);
  return role === undefined ? undefined : reasonToMark(step, role, context);
}

function explainStep(step: Exclude<Step, { kind: 'fork' }>, context: ReasonContext): ExplainedStep {
  switch (step.kind) {
    case 'hook':
      return step;
    case 'rule':
      return { ...step, reason: reasonOf(step, context) };
    case 'policy':
      return { ...step, reason: `dropped: no rule accepted it, and the policy of ${step.chain} is drop` };
    case 'end':
      return { ...step, reason: endReason(step.outcome.verdict, step.outcome.destination) };
  }
}

function endReason(verdict: Outcome['verdict'], destination: string): string {
  switch (verdict) {
    case 'dnat':
      return `goes to ${destination}`;
    case 'accept':
      return `goes to ${destination}, its own destination: accepted`;
    case 'untouched':
      return `goes to ${destination}, its own destination: no rule is against it`;
    case 'reject':
      return 'the client is told that it was rejected';
    case 'drop':
      return 'the client hears nothing, and waits';
    case 'unknown':
      return 'what becomes of it is unknown from here';
  }
}

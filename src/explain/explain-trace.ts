import type { NodeView, Packet } from '../trace/packet.ts';
import type { Outcome, RuleStep, Step, Trace } from '../trace/trace.ts';
import type { ExplainedEndpoint, ExplainedStep, Explanation, Knowledge } from './explanation.ts';
import { percentages } from './percent.ts';
import { chainRole } from './reason/chain-role.ts';
import { findTarget } from './reason/find-target.ts';
import { forkReason, questionWords } from './reason/fork-reason.ts';
import { notesOn } from './reason/notes.ts';
import { reasonOf } from './reason/reason.ts';
import { reasonToMark } from './reason/service-reason.ts';
import { summarise } from './reason/summarise.ts';
import type { View } from './reason/view.ts';
import { withoutAsides } from './without-asides.ts';

/** What is explained besides the trace itself. */
export interface Subject {
  readonly packet: Packet;
  readonly node: Pick<NodeView, 'isLocal'>;
  readonly knowledge: Knowledge;
  /** Whether the path has every rule; else it lacks those that others tell of already. */
  readonly everyRule?: boolean;
}

/** Puts into words what the trace of a packet says. */
export function explainTrace(
  trace: Trace,
  { packet, node, knowledge, everyRule = false }: Subject,
): Explanation {
  const target = findTarget(trace.path, knowledge);
  const isFromNode = node.isLocal(packet.source);
  const view: View = { packet, isFromNode, knowledge, target, markedBecause: undefined };
  const path = new PathExplainer().explain(everyRule ? trace.path : withoutAsides(trace.path), view);
  const endpoints = explainEndpoints(trace, knowledge);
  return {
    packet,
    client: knowledge.client,
    target,
    verdict: trace.verdict,
    summary: summarise(trace, path, endpoints, view),
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
  /** Branches may lead to the same fork; of what came before, only the reason for the mark tells there. */
  readonly #forks = new Map<string | undefined, Map<Step, ExplainedStep>>();

  explain(path: readonly Step[], start: View): readonly ExplainedStep[] {
    const explained: ExplainedStep[] = [];
    let view = start;
    for (const step of path) {
      explained.push(step.kind === 'fork' ? this.#explainFork(step, view) : explainStep(step, view));
      if (step.kind === 'rule')
        view = { ...view, markedBecause: view.markedBecause ?? markReason(step, view) };
    }
    return explained;
  }

  #explainFork(fork: Step & { kind: 'fork' }, view: View): ExplainedStep {
    const those = this.#forks.get(view.markedBecause) ?? new Map<Step, ExplainedStep>();
    this.#forks.set(view.markedBecause, those);
    const known = those.get(fork);
    if (known !== undefined) return known;
    const branches = fork.branches.map((branch) => ({ ...branch, path: this.explain(branch.path, view) }));
    const explained = { kind: 'fork', branches, reason: forkReason(branches) } as const;
    those.set(fork, explained);
    return explained;
  }
}

function markReason(step: RuleStep, view: View): string | undefined {
  const role = chainRole(step.table, step.chain);
  return role === undefined ? undefined : reasonToMark(step, role, view);
}

function explainStep(step: Exclude<Step, { kind: 'fork' }>, view: View): ExplainedStep {
  switch (step.kind) {
    case 'hook':
      return step;
    case 'rule':
      return { ...step, reason: reasonOf(step, view) };
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

import type { Effect } from '../trace/trace.ts';
import type { ExplainedBranch, ExplainedEndpoint, ExplainedStep, Explanation } from './explanation.ts';
import { percentages } from './percent.ts';

/**
 * The explanation for programs; docs/explain.md describes it. Fields are added at times, and never changed or taken away.
 * What is not known is null.
 */
export function explanationJson(explanation: Explanation): object {
  const {
    packet,
    client,
    target,
    verdict,
    summary,
    endpoints,
    masquerade,
    unknowns,
    assumptions,
    notes,
    path,
  } = explanation;
  return {
    verdict,
    endpoints: endpoints.map(({ endpoint }) => endpoint),
    masquerade,
    summary,
    shares: endpoints.map(shareJson),
    packet: {
      source: packet.source,
      sourcePort: packet.sourcePort ?? null,
      destination: packet.destination,
      port: packet.port,
      protocol: packet.protocol,
      inputInterface: packet.inputInterface ?? null,
      client: client ?? null,
    },
    service: target === undefined ? null : { name: target.service, frontend: target.frontend ?? null },
    unknowns,
    assumptions,
    notes,
    path: path.map(stepJson),
  };
}

function shareJson({ endpoint, percent, masquerade, backend }: ExplainedEndpoint): object {
  return { endpoint, percent, masquerade, pod: backend?.pod ?? null, node: backend?.node ?? null };
}

function stepJson(step: ExplainedStep): object {
  switch (step.kind) {
    case 'hook':
    case 'policy':
    case 'end':
      return step;
    case 'rule': {
      const { kind, hook, table, chain, position, rule, comment, element, effect, reason } = step;
      const where = { kind, hook, table, chain, position };
      return { ...where, reason, rule, comment, element: element ?? null, effect: effectJson(effect) };
    }
    case 'fork':
      return { kind: step.kind, reason: step.reason, branches: branchesJson(step.branches) };
  }
}

function branchesJson(branches: readonly ExplainedBranch[]): readonly object[] {
  const percents = percentages(branches.map(({ share = 0 }) => share));
  return branches.map(({ share, condition, question, answer, path }, index) => ({
    percent: share === undefined ? null : percents[index],
    condition,
    question: question ?? null,
    answer: answer ?? null,
    path: path.map(stepJson),
  }));
}

/** JSON has no large numbers; marks are written as rules write them. */
function effectJson(effect: Effect): object {
  switch (effect.kind) {
    case 'mark':
      return { ...effect, mark: `0x${effect.mark.toString(16)}` };
    case 'destination-nat':
    case 'source-nat':
      return { ...effect, port: effect.port ?? null };
    default:
      return effect;
  }
}

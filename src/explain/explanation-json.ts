import type { Effect } from '../trace/trace.ts';
import { eachStep } from './each-step.ts';
import type {
  ExplainedBranch,
  ExplainedEndpoint,
  ExplainedFork,
  ExplainedStep,
  Explanation,
} from './explanation.ts';
import { percentages } from './percent.ts';

/**
 * The explanation for programs; docs/explain.md describes it. Fields may be added, and are never changed or removed.
 * What is not known is `null`.
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
  const forks = sharedForks(path);
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
    path: path.map((step) => stepJson(step, forks)),
  };
}

function shareJson({ endpoint, percent, masquerade, backend }: ExplainedEndpoint): object {
  return { endpoint, percent, masquerade, pod: backend?.pod ?? null, node: backend?.node ?? null };
}

function stepJson(step: ExplainedStep, forks: SharedForks): object {
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
      return forkJson(step, forks);
  }
}

/** Forks that several branches lead to, by number, and those of them that have been written already. */
interface SharedForks {
  readonly numbers: ReadonlyMap<ExplainedStep, number>;
  readonly written: Set<ExplainedStep>;
}

function sharedForks(path: readonly ExplainedStep[]): SharedForks {
  const [met, numbers] = [new Set<ExplainedStep>(), new Map<ExplainedStep, number>()];
  for (const step of eachStep(path, (one) => (one.kind === 'fork' ? one.branches : undefined))) {
    if (step.kind !== 'fork') continue;
    for (const branch of step.branches) {
      const last = branch.path.at(-1);
      if (last?.kind !== 'fork') continue;
      if (met.has(last) && !numbers.has(last)) numbers.set(last, numbers.size + 1);
      met.add(last);
    }
  }
  return { numbers, written: new Set() };
}

function forkJson(fork: ExplainedFork, forks: SharedForks): object {
  const { kind, reason, branches } = fork;
  const number = forks.numbers.get(fork);
  if (number === undefined) return { kind, reason, branches: branchesJson(branches, forks) };
  if (forks.written.has(fork)) return { kind, reason, sameAs: number, branches: [] };
  forks.written.add(fork);
  return { kind, reason, id: number, branches: branchesJson(branches, forks) };
}

function branchesJson(branches: readonly ExplainedBranch[], forks: SharedForks): readonly object[] {
  const percents = percentages(branches.map(({ share = 0 }) => share));
  return branches.map(({ share, condition, question, answer, path }, index) => ({
    percent: share === undefined ? null : percents[index],
    condition,
    question: question ?? null,
    answer: answer ?? null,
    path: path.map((step) => stepJson(step, forks)),
  }));
}

/** JSON has no bigint; marks are written in hexadecimal, as rules have them. */
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

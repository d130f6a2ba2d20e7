import type { Trace } from '../../trace/trace.ts';
import { eachStep } from '../each-step.ts';
import type { ExplainedEndpoint, ExplainedRule, ExplainedStep } from '../explanation.ts';
import type { ReasonContext } from './reason-context.ts';

/** Why the packet has the verdict that it has, in one sentence without a full stop. */
export function summarise(
  { verdict, unknowns }: Trace,
  path: readonly ExplainedStep[],
  endpoints: readonly ExplainedEndpoint[],
  context: ReasonContext,
): string {
  switch (verdict) {
    case 'dnat':
      return endpointsWords(endpoints, context);
    case 'reject':
    case 'drop':
      return refusals(path).join('; or ');
    case 'accept':
      return `goes to its own destination; ${accepting(path) ?? 'accepted'}`;
    case 'untouched':
      return 'goes to its own destination: no rule changes or refuses it';
    case 'varies':
      return 'not the same for every connection; the ways below say how';
    case 'unknown':
      return unknowns.length === 0
        ? (unknownRule(path) ?? 'the rules lead where it cannot be seen from here')
        : 'depends on what cannot be known from here';
  }
}

function endpointsWords(endpoints: readonly ExplainedEndpoint[], { target }: ReasonContext): string {
  const [only] = endpoints;
  const of = target === undefined ? '' : ` of ${target.service}`;
  if (endpoints.length > 1) return `goes to one of ${endpoints.length} endpoints${of}`;
  return `goes to ${only?.endpoint}${target === undefined ? '' : `, the only endpoint${of} that may serve here`}`;
}

/** The reasons of all refusals, without duplicates and without the leading `dropped` or `rejected`. */
function refusals(path: readonly ExplainedStep[]): readonly string[] {
  const found = new Set<string>();
  for (const step of stepsOf(path)) {
    const refuses = step.kind === 'policy' || (step.kind === 'rule' && refusing.has(step.effect.kind));
    if (refuses) found.add(step.reason.replace(/^(dropped|rejected):? /, ''));
  }
  return [...found];
}

const refusing: ReadonlySet<ExplainedRule['effect']['kind']> = new Set(['reject', 'drop']);

function accepting(path: readonly ExplainedStep[]): string | undefined {
  const reasons = [...stepsOf(path)].flatMap((step) =>
    step.kind === 'rule' && step.effect.kind === 'accept' ? [step.reason] : [],
  );
  return reasons[0];
}

function unknownRule(path: readonly ExplainedStep[]): string | undefined {
  for (const step of stepsOf(path))
    if (step.kind === 'rule' && step.effect.kind === 'unknown') return step.effect.text;
  return undefined;
}

function stepsOf(path: readonly ExplainedStep[]): Iterable<ExplainedStep> {
  return eachStep(path, (step) => (step.kind === 'fork' ? step.branches : undefined));
}

import { formatEndpoint } from '../../net/address.ts';
import type { Endpoint, ServicePortPlan } from '../../plan/service-plan.ts';
import type { Trace } from '../../trace/trace.ts';
import type { ExplainedStep, Knowledge } from '../explanation.ts';
import { listWords } from '../text/packet-words.ts';
import { chainRole } from './chain-role.ts';
import { frontendNames } from './reason-context.ts';

/** Remarks from the objects: session affinity, and how the rules differ from those that the objects call for. */
export function notesOn(
  trace: Trace,
  path: readonly ExplainedStep[],
  { target, remarks }: Knowledge,
): readonly string[] {
  if (target === undefined) return remarks;
  const { plan, frontend } = target;
  const { action } = frontend.kind === 'ClusterIP' ? plan.internal : plan.external;
  const difference = differenceOf(trace, path, plan, action === 'forward');
  const what = `${frontendNames[frontend.kind]} of ${plan.name}`;
  return [
    ...remarks,
    ...(trace.verdict === 'dnat' ? affinityOf(plan) : []),
    ...(difference === undefined
      ? []
      : [`by the objects it is the ${what}, and ${difference}: "portolan diff" shows how the rules differ`]),
  ];
}

function affinityOf({ affinityTimeoutSeconds: seconds }: ServicePortPlan): readonly string[] {
  return seconds === undefined
    ? []
    : [
        `sessionAffinity ClientIP: the client stays with its first endpoint until it was silent for ${seconds} s`,
      ];
}

/** How the outcome differs from what the objects call for; `undefined` where no difference is known. */
function differenceOf(
  { verdict, endpoints }: Trace,
  path: readonly ExplainedStep[],
  plan: ServicePortPlan,
  forwards: boolean,
): string | undefined {
  switch (verdict) {
    case 'dnat':
    case 'varies':
    case 'unknown':
      return otherEndpoints(new Set(endpoints.map(({ endpoint }) => endpoint)), plan);
    case 'untouched':
    case 'accept':
      return forwards ? 'it should go to an endpoint' : 'it should be refused';
    case 'reject':
    case 'drop':
      return forwards && isRefusedForWant(path) ? 'it has endpoints' : undefined;
  }
}

function otherEndpoints(traced: ReadonlySet<string>, plan: ServicePortPlan): string | undefined {
  const { reachable, cluster, local } = plan.endpoints;
  const foreign = [...traced].filter((endpoint) => !has(reachable, endpoint));
  if (foreign.length > 0)
    return `${listWords(foreign)} ${foreign.length === 1 ? 'is' : 'are'} none of its endpoints`;
  // A client that an endpoint remembers has no choice.
  if (plan.affinityTimeoutSeconds !== undefined) return undefined;
  const isWhole = [cluster, local].some((endpoints) => isSame(endpoints, traced));
  return isWhole || traced.size === 0 ? undefined : 'it has more endpoints';
}

function has(endpoints: readonly Endpoint[], text: string): boolean {
  return endpoints.some(({ address, port }) => formatEndpoint(address, port) === text);
}

function isSame(endpoints: readonly Endpoint[], texts: ReadonlySet<string>): boolean {
  return (
    endpoints.length === texts.size &&
    endpoints.every(({ address, port }) => texts.has(formatEndpoint(address, port)))
  );
}

/** Whether the rules refuse it for want of endpoints, rather than by source ranges or a firewall. */
function isRefusedForWant(path: readonly ExplainedStep[]): boolean {
  return path.some(
    (step) =>
      step.kind === 'rule' &&
      (step.effect.kind === 'reject' || step.effect.kind === 'drop') &&
      chainRole(step.table, step.chain) === 'refusal',
  );
}

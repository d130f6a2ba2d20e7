import type { ServicePortPlan } from '../../../plan/service-plan.ts';

/** The number of service ports of a family that stand for all of a large cluster. */
const most = 12;

/**
 * Service ports that stand for all: those with node ports first, as their packets meet most rules, the others evenly
 * spread over the cluster. Ports without endpoints are left out: they reveal nothing about the rules.
 */
export function sampleServices(plans: Iterable<ServicePortPlan>): readonly ServicePortPlan[] {
  const forwarded = [...plans].filter(
    ({ internal, external }) => internal.action === 'forward' || external.action === 'forward',
  );
  const [exposed, inner] = [true, false].map((isExposed) =>
    forwarded.filter(({ frontends }) => frontends.some(({ kind }) => kind === 'NodePort') === isExposed),
  );
  const first = spread(exposed ?? [], most / 2);
  return [...first, ...spread(inner ?? [], most - first.length)];
}

function spread<T>(all: readonly T[], number: number): readonly T[] {
  if (all.length <= number) return all;
  return Array.from({ length: number }, (_, index) => all[Math.floor((index * all.length) / number)]).flatMap(
    (one) => (one === undefined ? [] : [one]),
  );
}

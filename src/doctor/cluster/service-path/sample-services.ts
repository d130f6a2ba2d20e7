import type { ServicePortPlan } from '../../../plan/service-plan.ts';

/** So many service ports of a family stand for all of a large cluster. */
const most = 12;

/**
 * Service ports that stand for all: those with node ports first, as they meet most rules, the rest spread evenly over
 * the cluster. Those that no client gets an endpoint of tell nothing of the rules.
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

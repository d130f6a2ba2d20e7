import type { ServicePortPlan } from '../../plan/service-plan.ts';

/** Services by what their clients name: an address, or the number of a node port. */
export type FrontendNames = ReadonlyMap<string, string>;

export function frontendNames(plans: Iterable<ServicePortPlan>): FrontendNames {
  const names = new Map<string, string>();
  for (const { name, service, frontends } of plans) {
    for (const frontend of frontends) {
      if (frontend.kind === 'NodePort') names.set(String(frontend.port), name);
      else names.set(frontend.address, service);
    }
  }
  return names;
}

import type { ServicePortPlan } from '../../plan/service-plan.ts';

/** Names of Services by their addresses and the numbers of their node ports. */
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

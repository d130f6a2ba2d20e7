import type { Address } from '../../../net/address.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';

/** The pods of this node that are endpoints of a Service, without those that use the host's network. */
export function localPods(
  plans: Iterable<ServicePortPlan>,
  localAddresses: readonly Address[],
): readonly Address[] {
  const own = new Set(localAddresses);
  const pods = new Set<Address>();
  for (const { endpoints } of plans) {
    for (const { address } of endpoints.onThisNode) if (!own.has(address)) pods.add(address);
  }
  return [...pods];
}

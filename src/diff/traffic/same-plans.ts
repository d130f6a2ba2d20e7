import isEqual from 'lodash/isEqual.js';
import { type Address, formatEndpoint } from '../../net/address.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { ServicePortPlan } from '../../plan/service-plan.ts';
import { planFrontends } from './plan-frontends.ts';
import { frontendKey } from './traffic-frontend.ts';

/**
 * The keys of the frontends that are certainly the same on both sides, provided that only objects differ: their plans
 * are equal, and no changed frontend has an address of theirs or of their endpoints.
 */
export function sameFrontends(
  before: FamilyPlans,
  after: FamilyPlans,
  nodeAddresses: readonly Address[],
): ReadonlySet<string> {
  const [left, right] = [byName(before), byName(after)];
  const names = [...left.keys()].filter((name) => isEqual(left.get(name), right.get(name)));
  const equal = new Set(names);
  const changed = [...left, ...right].filter(([name]) => !equal.has(name)).map(([, plan]) => plan);
  const changedAt = new Set(changed.flatMap(addressesOf));
  const isNodeAtStake = nodeAddresses.some((address) => changed.some((plan) => hasAddress(plan, address)));
  return new Set(
    names.flatMap((name) => {
      const plan = left.get(name);
      const isApart = plan?.endpoints.reachable.every(
        ({ address, port }) => !changedAt.has(formatEndpoint(address, port)),
      );
      return plan !== undefined && isApart ? keysOf(plan, isNodeAtStake) : [];
    }),
  );
}

/** By name and protocol: ports of one name may have several protocols. */
function byName(plans: FamilyPlans): ReadonlyMap<string, ServicePortPlan> {
  return new Map([...plans.values()].flat().map((plan) => [`${plan.name} ${plan.protocol}`, plan]));
}

function addressesOf({ frontends }: ServicePortPlan): readonly string[] {
  return frontends.flatMap((frontend) =>
    frontend.kind === 'NodePort' ? [] : [formatEndpoint(frontend.address, frontend.port)],
  );
}

function hasAddress({ frontends }: ServicePortPlan, address: Address): boolean {
  return frontends.some((frontend) => frontend.kind !== 'NodePort' && frontend.address === address);
}

/** The keys of a plan's frontends, but for node ports where an external IP of the node precedes them. */
function keysOf(plan: ServicePortPlan, isNodeAtStake: boolean): readonly string[] {
  return [...planFrontends(new Map([[plan.service, [plan]]]))]
    .filter(({ kind }) => kind !== 'NodePort' || !isNodeAtStake)
    .map(frontendKey);
}

import type { ProxyConfig } from '../config/proxy-config.ts';
import type { Family } from '../net/family.ts';
import { nftablesOptions } from '../nftables/derive-nftables-options.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import type { FamilyPlans } from '../plan/plan-change.ts';
import { factsFromObjects } from '../render/desired-rules-of.ts';
import type { TrafficSubject } from './traffic/traffic-reader.ts';

/** The traffic of the Services with these plans. */
export function trafficSubject(
  loaded: LoadedState,
  config: ProxyConfig,
  families: readonly Family[],
  plans: (family: Family) => FamilyPlans,
): TrafficSubject {
  return {
    families,
    plans,
    // Where elements stand depends on the plans and the family only: the node may be as the objects have it.
    options: (family) => {
      const facts = { ...factsFromObjects(loaded, config), serviceCIDRs: loaded.state.serviceCIDRs };
      return nftablesOptions(family, config, facts);
    },
  };
}

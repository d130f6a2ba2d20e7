import type { ProxyConfig } from '../config/proxy-config.ts';
import type { Family } from '../net/family.ts';
import { nftablesOptions } from '../nftables/derive-nftables-options.ts';
import type { LoadedState } from '../plan/loaded-state.ts';
import type { FamilyPlans } from '../plan/plan-change.ts';
import { factsFromObjects } from '../render/desired-rules-of.ts';
import type { TrafficContext } from './traffic/traffic-reader.ts';

/** The context for reading the traffic of these plans. */
export function trafficContext(
  loaded: LoadedState,
  config: ProxyConfig,
  families: readonly Family[],
  plans: (family: Family) => FamilyPlans,
): TrafficContext {
  return {
    families,
    plans,
    // Which elements there are depends on plans and family only, so the facts of the Node object are good enough.
    options: (family) => {
      const facts = { ...factsFromObjects(loaded, config), serviceCIDRs: loaded.state.serviceCIDRs };
      return nftablesOptions(family, config, facts);
    },
  };
}

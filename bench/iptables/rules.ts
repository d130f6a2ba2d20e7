import type { IptablesOptions } from '../../src/iptables/iptables-options.ts';
import { parseCidr } from '../../src/net/cidr.ts';
import type { FamilyPlans } from '../../src/plan/plan-change.ts';

/** The pods' network of every generated cluster. */
export const clusterCIDR = '10.128.0.0/9';

/** The options that `portolan run --cluster-cidr` has for a generated cluster. */
export function iptablesOptionsFor(plans: FamilyPlans): IptablesOptions {
  const cidr = parseCidr(clusterCIDR);
  const endpoints = [...plans.values()]
    .flat()
    .reduce((sum, plan) => sum + plan.endpoints.reachable.length, 0);
  return {
    family: 'IPv4',
    masqueradeBit: 14,
    masqueradeAll: false,
    localDetector: cidr === undefined ? undefined : { by: 'cidr', cidr },
    localhostNodePorts: true,
    nodePortAddresses: 'all',
    dropInvalid: true,
    randomFully: true,
    packetCounters: new Set(),
    thinComments: endpoints > 1000,
  };
}

import type { Cidr } from '../../net/cidr.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import { cidrInterval } from './intervals.ts';
import type { TrafficFrontend } from './traffic-frontend.ts';

/** The frontends of Services. */
export function* planFrontends(plans: FamilyPlans): Iterable<TrafficFrontend> {
  for (const ports of plans.values()) {
    for (const { name, protocol, frontends, firewall, affinityTimeoutSeconds: seconds } of ports) {
      for (const frontend of frontends) {
        const isGuarded = frontend.kind === 'LoadBalancerIP' && firewall !== undefined;
        yield {
          kind: frontend.kind,
          address: frontend.kind === 'NodePort' ? undefined : frontend.address,
          port: frontend.port,
          protocol,
          service: name,
          ranges: isGuarded ? firewall.sourceRanges.map((cidr: Cidr) => cidrInterval(cidr)) : [],
          affinity: () => (seconds === undefined ? { kind: 'none' } : { kind: 'client', seconds }),
        };
      }
    }
  }
}

import type { ProxyConfig } from '../../config/proxy-config.ts';
import type { NodeFacts } from '../../iptables/derive-iptables-options.ts';
import type { Cidr } from '../../net/cidr.ts';
import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { ListingText } from '../../rules-text/split-listing.ts';
import type { RuleSources } from './from-rules/rule-sources.ts';
import type { TrafficSide } from './traffic-sides.ts';

export interface OpenedSide extends TrafficSide {
  readonly texts: readonly ListingText[];
  readonly rules: RuleSources;
  readonly objects: OpenedObjects | undefined;
}

export interface OpenedObjects {
  readonly plans: FamilyPlans;
  readonly facts: NodeFacts;
  readonly config: ProxyConfig;
  readonly serviceCIDRs: readonly Cidr[];
}

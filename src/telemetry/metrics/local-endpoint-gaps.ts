import { type Family, families } from '../../net/family.ts';
import type { ServicePortPlan } from '../../plan/service-plan.ts';
import type { AppliedPlans } from '../../sync/sync-event.ts';
import type { Instruments } from './instruments.ts';

const policies = ['internal', 'external'] as const;
type Gaps = Record<(typeof policies)[number], number>;

/**
 * The number of service ports with traffic policy Local that have endpoints, but none on this node. The work for a
 * change is that of its Services.
 */
export class LocalEndpointGaps {
  readonly #gaps: Record<Family, Gaps> = { IPv4: noGaps(), IPv6: noGaps() };

  constructor(instruments: Instruments) {
    instruments.collectedGauge(
      'kubeproxy_sync_proxy_rules_no_local_endpoints_total',
      'Service ports with traffic policy Local and endpoints on other nodes only',
      (gauge) => {
        for (const family of families)
          for (const policy of policies)
            gauge.labels({ ip_family: family, traffic_policy: policy }).set(this.#gaps[family][policy]);
      },
      ['ip_family', 'traffic_policy'],
    );
  }

  applied(family: Family, applied: AppliedPlans): void {
    if (applied.scope === 'full') {
      this.#gaps[family] = noGaps();
      for (const plans of applied.plans.values()) this.#count(family, plans, 1);
      return;
    }
    for (const { before, after } of applied.changes) {
      this.#count(family, before, -1);
      this.#count(family, after, 1);
    }
  }

  #count(family: Family, plans: readonly ServicePortPlan[], one: 1 | -1): void {
    const gaps = this.#gaps[family];
    for (const plan of plans) for (const policy of policies) if (isGap(plan, policy)) gaps[policy] += one;
  }
}

function isGap(plan: ServicePortPlan, policy: keyof Gaps): boolean {
  return plan[policy].action === 'drop';
}

function noGaps(): Gaps {
  return { internal: 0, external: 0 };
}

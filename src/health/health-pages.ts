import { type Health, iso } from './health-state.ts';
import { jsonPage, type Page } from './page.ts';

/**
 * What `/healthz` says, which load balancers ask: 503 also where the node is being deleted. `healthy` in it is about the
 * proxy alone. Fields and their order are kube-proxy's.
 */
export function healthzPage(health: Health, nodeEligible: boolean): Page {
  return healthPage(health, health.healthy && nodeEligible, { nodeEligible });
}

/** What `/livez` says, which the kubelet asks. */
export function livezPage(health: Health): Page {
  return healthPage(health, health.healthy, {});
}

function healthPage(
  { lastUpdated, currentTime, healthy, status }: Health,
  isWell: boolean,
  node: { readonly nodeEligible?: boolean },
): Page {
  // Tools take an old time here for a proxy that stands still; kube-proxy too says "now" while all is well.
  const updated = isWell ? currentTime : lastUpdated;
  return jsonPage(
    isWell ? 200 : 503,
    JSON.stringify({
      lastUpdated: iso(updated),
      currentTime: iso(currentTime),
      ...node,
      healthy,
      status,
    }),
  );
}

import { type Health, iso } from './health-state.ts';
import { jsonPage, type Page } from './page.ts';

/**
 * The page `/healthz` for load balancers: 503 also while the node is being deleted. Its field `healthy` is about the
 * proxy alone. Fields and their order are kube-proxy's.
 */
export function healthzPage(health: Health, nodeEligible: boolean): Page {
  return healthPage(health, health.healthy && nodeEligible, { nodeEligible });
}

/** The page `/livez` for the kubelet. */
export function livezPage(health: Health): Page {
  return healthPage(health, health.healthy, {});
}

function healthPage(
  { lastUpdated, currentTime, healthy, status }: Health,
  isWell: boolean,
  node: { readonly nodeEligible?: boolean },
): Page {
  // Tools take an old time for a proxy that hangs; kube-proxy reports the present time while it is healthy, too.
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

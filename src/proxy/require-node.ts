import type { ProxyConfig } from '../config/proxy-config.ts';
import { UserError } from '../program/exit-status.ts';
import type { ClusterState } from '../state/cluster-state.ts';

/**
 * Throws a `UserError` where the rules would lose what depends on the Node's pod CIDRs only because something cannot be read,
 * which may be the Node.
 */
export function requireNode({ node, nodeName, gaps }: ClusterState, { detectLocal }: ProxyConfig): void {
  const [gap] = gaps;
  if (gap === undefined || detectLocal.mode !== 'NodeCIDR' || (node?.podCIDRs.length ?? 0) > 0) return;
  throw new UserError(
    `the pod CIDRs of Node ${nodeName} are not known, which detectLocalMode NodeCIDR needs, and not all objects are known: ${gap.object} ${gap.reason}`,
  );
}

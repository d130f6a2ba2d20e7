import { findLink, removeLink } from '../kernel/netlink/route/links.ts';
import type { RouteSocket } from '../kernel/netlink/route/route-socket.ts';
import { applyPeers } from './apply-peers.ts';
import { applyRoutes } from './apply-routes.ts';
import { applyTunnel } from './apply-tunnel.ts';
import { Changes } from './changes.ts';
import { tunnelName } from './network-options.ts';
import type { NetworkPlan } from './network-plan.ts';
import type { Uplink } from './underlay.ts';

/** What of a plan is to be done, and how much is known. */
export interface Application {
  readonly plan: NetworkPlan;
  readonly uplink: Uplink;
  /** False while there may be nodes that nobody has told of: what stands for them stays. */
  readonly mayRemove: boolean;
}

/**
 * Makes links, addresses, routes and entries equal to the plan: only what differs is written, and only what is ours is removed.
 * Throws where the kernel does not let itself be looked at.
 */
export function applyNetwork(socket: RouteSocket, application: Application): Changes {
  const { plan, uplink, mayRemove } = application;
  const changes = new Changes();
  const tunnel = plan.tunnel === undefined ? undefined : applyTunnel(socket, plan.tunnel, changes);
  if (plan.tunnel !== undefined && tunnel !== undefined)
    applyPeers(socket, { peers: plan.tunnel.peers, link: tunnel, mayRemove }, changes);
  applyRoutes(socket, { routes: plan.routes, links: { tunnel, uplink: uplink.index }, mayRemove }, changes);
  if (plan.tunnel === undefined && mayRemove) removeTunnel(socket, changes);
  return changes;
}

/** Takes away all that is ours. Throws as above. */
export function removeNetwork(socket: RouteSocket): Changes {
  const changes = new Changes();
  const links = { tunnel: undefined, uplink: 0 };
  applyRoutes(socket, { routes: [], links, mayRemove: true }, changes);
  removeTunnel(socket, changes);
  return changes;
}

function removeTunnel(socket: RouteSocket, changes: Changes): void {
  const tunnel = findLink(socket, tunnelName);
  if (tunnel?.kind === 'vxlan') changes.make(`${tunnelName} removed`, () => removeLink(socket, tunnel.index));
}

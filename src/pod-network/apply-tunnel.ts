import { addAddress, listAddresses, removeAddress } from '../kernel/netlink/route/addresses.ts';
import { addLink, changeLink, findLink, type Link, removeLink } from '../kernel/netlink/route/links.ts';
import type { RouteSocket } from '../kernel/netlink/route/route-socket.ts';
import { familyOf } from '../net/address.ts';
import { addressBits } from '../net/family.ts';
import type { Changes } from './changes.ts';
import { tunnelName, vxlanId, vxlanPort } from './network-options.ts';
import type { TunnelPlan } from './network-plan.ts';

/** Has the VXLAN device there as planned, up and with its addresses; returns its index, `undefined` where it cannot be made. */
export function applyTunnel(socket: RouteSocket, plan: TunnelPlan, changes: Changes): number | undefined {
  const found = findLink(socket, tunnelName);
  if (found !== undefined && !isAsPlanned(found, plan))
    changes.make(`${tunnelName} removed, since it was another one`, () => removeLink(socket, found.index));
  if (found === undefined || !isAsPlanned(found, plan)) {
    const { mac, mtu, local, link } = plan;
    const vxlan = { id: vxlanId, port: vxlanPort, local, link };
    changes.make(`${tunnelName} added`, () =>
      addLink(socket, { kind: 'vxlan', name: tunnelName, mac, mtu, vxlan }),
    );
  }
  const device = findLink(socket, tunnelName);
  if (device === undefined) return undefined;
  const { index, isUp, mtu } = device;
  if (mtu !== plan.mtu || !isUp)
    changes.make(`${tunnelName} up, with MTU ${plan.mtu}`, () =>
      changeLink(socket, index, { mtu: plan.mtu, isUp: true }),
    );
  applyAddresses(socket, index, plan, changes);
  return index;
}

function isAsPlanned({ kind, mac, vxlan }: Link, plan: TunnelPlan): boolean {
  return (
    kind === 'vxlan' &&
    mac === plan.mac &&
    vxlan?.id === vxlanId &&
    vxlan.port === vxlanPort &&
    vxlan.local === plan.local &&
    vxlan.link === plan.link
  );
}

/** The node's own packets through the tunnel have these as their source. */
function applyAddresses(socket: RouteSocket, link: number, plan: TunnelPlan, changes: Changes): void {
  const found = listAddresses(socket).filter((one) => one.link === link && !one.isLinkLocal);
  const wanted = plan.addresses.map((address) => ({
    link,
    address,
    prefixLength: addressBits[familyOf(address)],
  }));
  for (const one of found) {
    const isWanted = wanted.some(
      ({ address, prefixLength }) => address === one.address && prefixLength === one.prefixLength,
    );
    if (!isWanted)
      changes.make(`${one.address} removed from ${tunnelName}`, () => removeAddress(socket, one));
  }
  for (const one of wanted) {
    if (
      found.some(({ address, prefixLength }) => address === one.address && prefixLength === one.prefixLength)
    )
      continue;
    changes.make(`${one.address} added to ${tunnelName}`, () => addAddress(socket, one));
  }
}

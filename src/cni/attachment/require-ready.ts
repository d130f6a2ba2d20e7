import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { NetworkConfiguration } from '../configuration/network-configuration.ts';
import type { Ipam } from '../ipam/ipam.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import { noBridge } from './bridge.ts';
import { mtuOf } from './mtu.ts';

/** Throws a `CniError` of code 50 where no container could be attached, or whatever a delegated IPAM plugin says. */
export function requireReady(node: NodeNetwork, ipam: Ipam, { bridge }: NetworkConfiguration): void {
  asUnavailable(() => {
    const present = node.findLink(bridge.name);
    if (present !== undefined && present.kind !== 'bridge') throw noBridge(present);
    mtuOf(node, bridge.mtu);
  });
  ipam.status();
}

function asUnavailable(look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CniError(errorCodes.unavailable, error.message, error.details);
  }
}

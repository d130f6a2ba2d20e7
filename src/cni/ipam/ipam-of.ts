import type { WithReservations } from '../../kernel/cni/reservation-folder.ts';
import type { NetworkConfiguration } from '../configuration/network-configuration.ts';
import type { ReleaseConfiguration } from '../configuration/release-configuration.ts';
import type { Call } from '../protocol/read-call.ts';
import { delegatedIpam } from './delegated.ts';
import type { Liveness } from './host-local.ts';
import type { Ipam } from './ipam.ts';
import { noIpam, ownIpam, ownRelease } from './own-ipam.ts';

/** What it takes to know of addresses, and whether their holders are gone. */
export interface PoolAccess {
  readonly withReservations: WithReservations;
  readonly isGone: Liveness['isGone'];
}

/** Who gives addresses, as the configuration says. */
export function ipamOf(
  call: Call,
  { ipam, requested }: NetworkConfiguration,
  { withReservations, isGone }: PoolAccess,
): Ipam {
  switch (ipam.type) {
    case 'host-local': {
      const { network, parameters: attachment } = call;
      const liveness = { netns: attachment.netns, isGone };
      return ownIpam({
        ...{ network, attachment, configuration: ipam.hostLocal },
        ...{ requested, withReservations, liveness },
      });
    }
    case 'delegated':
      return delegated(call, ipam.plugin);
    case 'none':
      return noIpam;
  }
}

/** Who takes addresses back. */
export function releaseOf(
  call: Call,
  release: ReleaseConfiguration,
  withReservations: WithReservations,
): Pick<Ipam, 'del' | 'gc'> {
  switch (release.type) {
    case 'host-local': {
      const { network, parameters: attachment } = call;
      return ownRelease({ network, dataDir: release.dataDir, withReservations }, attachment);
    }
    case 'delegated':
      return delegated(call, release.plugin);
    case 'none':
      return noIpam;
  }
}

function delegated({ parameters, input }: Call, plugin: string): Ipam {
  return delegatedIpam({ plugin, input, path: parameters.path, operation: parameters.operation });
}

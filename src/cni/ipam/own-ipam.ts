import type { WithReservations } from '../../kernel/cni/reservation-folder.ts';
import { readResolvConf } from '../../kernel/cni/resolv-conf.ts';
import type { Address } from '../../net/address.ts';
import type { HostLocalConfiguration } from '../configuration/host-local-configuration.ts';
import type { Attachment } from '../protocol/attachment.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import { type Dns, emptyResult } from '../protocol/result.ts';
import { ipConfigOf } from './choose-addresses.ts';
import {
  type AddressPool,
  hasAddress,
  type Liveness,
  releaseAddresses,
  releaseStale,
  requireFreeAddress,
  reserveAddresses,
} from './host-local.ts';
import type { Ipam } from './ipam.ts';

export interface OwnIpamOptions {
  readonly network: string;
  readonly attachment: Attachment;
  readonly configuration: HostLocalConfiguration;
  /** The addresses that the runtime asks for. */
  readonly requested: readonly Address[];
  readonly withReservations: WithReservations;
  /** `undefined` where another plugin makes the interface. */
  readonly liveness: Liveness | undefined;
}

/** What the reference plugin host-local does, in this process. */
export function ownIpam(options: OwnIpamOptions): Ipam {
  const { attachment, configuration, liveness } = options;
  const { rangeSets } = configuration;
  const pool = { ...options, dataDir: configuration.dataDir };
  return {
    asksOnInterface: false,
    add() {
      const dns = dnsOf(configuration.resolvConf);
      const choices = reserveAddresses(pool, { ...options, rangeSets });
      return { ...emptyResult, ips: choices.map(ipConfigOf), routes: configuration.routes, dns };
    },
    ...ownRelease(pool, attachment),
    check: () => requireAddress(hasAddress(pool, attachment), attachment),
    status: () => requireFreeAddress(pool, rangeSets, liveness),
  };
}

/** The part that takes addresses back, and needs to know no ranges for that. */
export function ownRelease(pool: AddressPool, attachment: Attachment): Pick<Ipam, 'del' | 'gc'> {
  return {
    del: () => releaseAddresses(pool, attachment),
    gc: (valid) => valid && releaseStale(pool, valid),
  };
}

/** No IPAM: the interface is connected, and has no addresses. */
export const noIpam: Ipam = {
  asksOnInterface: false,
  add: () => emptyResult,
  del: () => {},
  check: () => {},
  gc: () => {},
  status: () => {},
};

function requireAddress(isThere: boolean, { containerId, ifname }: Attachment): void {
  if (isThere) return;
  const message = `no address is reserved for ${ifname} of the container ${containerId}`;
  throw new CniError(errorCodes.notAsAdded, message);
}

function dnsOf(resolvConf: string | undefined): Dns {
  if (resolvConf === undefined) return {};
  try {
    return readResolvConf(resolvConf);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CniError(errorCodes.refused, `ipam.resolvConf cannot be read: ${reason}`);
  }
}

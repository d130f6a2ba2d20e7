import { familyOf } from '../../net/address.ts';
import { cidrFamily, isZeroCidr, parseCidr } from '../../net/cidr.ts';
import { families } from '../../net/family.ts';
import type { MacAddress } from '../../net/mac-address.ts';
import type { NetworkConfiguration } from '../configuration/network-configuration.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import type { Dns, IpConfig, Result, RouteConfig } from '../protocol/result.ts';
import { type Gateway, gatewaysOf } from './gateways.ts';
import { macOfAddress } from './names.ts';

/** What an interface gets of addresses and routes, and the bridge with it. */
export interface Addressing {
  readonly ips: readonly IpConfig[];
  readonly routes: readonly RouteConfig[];
  readonly dns: Dns;
  /** That goes with the addresses. */
  readonly mac: MacAddress | undefined;
  readonly bridgeAddresses: readonly Gateway[];
}

/** Joins what IPAM answers with the configuration. Throws a `CniError` where IPAM gives no address. */
export function addressingOf(answer: Result, configuration: NetworkConfiguration): Addressing {
  const { bridge, dns, ipam } = configuration;
  const { ips } = answer;
  if (ips.length === 0 && ipam.type !== 'none') {
    throw new CniError(
      errorCodes.delegation,
      'the IPAM plugin gives no address: "ips" of its answer is empty',
    );
  }
  const first = ips.find(({ address }) => familyOf(address) === 'IPv4') ?? ips[0];
  return {
    ips,
    routes: [...answer.routes, ...(bridge.isDefaultGateway ? defaultRoutes(answer) : [])],
    dns: dns ?? answer.dns,
    mac: first && macOfAddress(first.address),
    bridgeAddresses: bridge.isGateway ? gatewaysOf(ips) : [],
  };
}

/** By the gateway of each family that has no default route yet. */
function defaultRoutes({ ips, routes }: Result): readonly RouteConfig[] {
  return families.flatMap((family) => {
    const gw = ips.find(
      ({ address, gateway }) => gateway !== undefined && familyOf(address) === family,
    )?.gateway;
    const hasDefault = routes.some(
      ({ dst, table }) => isZeroCidr(dst) && cidrFamily(dst) === family && table === undefined,
    );
    const dst = parseCidr(family === 'IPv4' ? '0.0.0.0/0' : '::/0');
    return gw === undefined || hasDefault || dst === undefined ? [] : [{ dst, gw }];
  });
}

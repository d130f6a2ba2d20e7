import type { Address } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';

/** What `ADD` answers, in the terms of the newest version (CNI specification, section 5, "ADD Success"). */
export interface Result {
  readonly interfaces: readonly Interface[];
  readonly ips: readonly IpConfig[];
  readonly routes: readonly RouteConfig[];
  readonly dns: Dns;
}

export interface Interface {
  readonly name: string;
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  /** Path of the network namespace; `undefined` for one of the host. */
  readonly sandbox?: string | undefined;
  /** Of a plugin before in the chain: passed on. */
  readonly socketPath?: string | undefined;
  readonly pciID?: string | undefined;
}

export interface IpConfig {
  readonly address: Address;
  readonly prefixLength: number;
  readonly gateway?: Address | undefined;
  /** Index into the interfaces. */
  readonly interface?: number | undefined;
}

export interface RouteConfig {
  readonly dst: Cidr;
  readonly gw?: Address | undefined;
  readonly mtu?: number | undefined;
  readonly advmss?: number | undefined;
  readonly priority?: number | undefined;
  readonly table?: number | undefined;
  readonly scope?: number | undefined;
}

export interface Dns {
  readonly nameservers?: readonly string[] | undefined;
  readonly domain?: string | undefined;
  readonly search?: readonly string[] | undefined;
  readonly options?: readonly string[] | undefined;
}

export const emptyResult: Result = { interfaces: [], ips: [], routes: [], dns: {} };

export function isEmptyDns({ nameservers = [], domain, search = [], options = [] }: Dns): boolean {
  return nameservers.length + search.length + options.length === 0 && (domain === undefined || domain === '');
}

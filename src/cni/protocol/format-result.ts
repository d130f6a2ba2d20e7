import { familyOf } from '../../net/address.ts';
import type { JsonObject } from './json.ts';
import { type Interface, type IpConfig, isEmptyDns, type Result, type RouteConfig } from './result.ts';
import { type CniVersion, isAtLeast } from './versions.ts';

/** A result in the form of a version: older ones lack fields, and say the family of each address. */
export function formatResult({ interfaces, ips, routes, dns }: Result, version: CniVersion): JsonObject {
  return withoutEmpty({
    cniVersion: version,
    interfaces: interfaces.map((entry) => formatInterface(entry, version)),
    ips: ips.map((entry) => formatIp(entry, version)),
    routes: routes.map((entry) => formatRoute(entry, version)),
    dns: isEmptyDns(dns) ? undefined : withoutEmpty({ ...dns }),
  });
}

function formatInterface(entry: Interface, version: CniVersion): JsonObject {
  const { name, mac, sandbox } = entry;
  if (!isAtLeast(version, '1.1.0')) return withoutEmpty({ name, mac, sandbox });
  const { mtu, socketPath, pciID } = entry;
  return withoutEmpty({ name, mac, mtu, sandbox, socketPath, pciID });
}

function formatIp({ address, prefixLength, gateway, interface: index }: IpConfig, version: CniVersion) {
  const family = isAtLeast(version, '1.0.0') ? undefined : familyOf(address).slice('IPv'.length);
  return withoutEmpty({
    version: family,
    interface: index,
    address: `${address}/${prefixLength}`,
    gateway,
  });
}

function formatRoute(entry: RouteConfig, version: CniVersion): JsonObject {
  const { dst, gw } = entry;
  return isAtLeast(version, '1.1.0') ? withoutEmpty({ ...entry }) : withoutEmpty({ dst, gw });
}

function withoutEmpty(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

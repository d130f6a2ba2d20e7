import { parseAddress } from '../../net/address.ts';
import { parseCidr } from '../../net/cidr.ts';
import { isObject, type JsonObject, numberIn, objectsIn, textIn, textsIn } from './json.ts';
import type { Dns, Interface, IpConfig, Result, RouteConfig } from './result.ts';

/**
 * Reads a result of any supported version, such as `prevResult` or what an IPAM plugin answers. Throws an `Error` that names the
 * field where an address or a destination is none.
 */
export function readResult(result: JsonObject): Result {
  return {
    interfaces: objectsIn(result.interfaces).map(readInterface),
    ips: objectsIn(result.ips).map(readIp),
    routes: objectsIn(result.routes).map(readRoute),
    dns: isObject(result.dns) ? readDns(result.dns) : {},
  };
}

function readInterface(entry: JsonObject): Interface {
  return {
    name: textIn(entry.name) ?? '',
    mac: textIn(entry.mac),
    mtu: numberIn(entry.mtu),
    sandbox: textIn(entry.sandbox),
    socketPath: textIn(entry.socketPath),
    pciID: textIn(entry.pciID),
  };
}

function readIp(entry: JsonObject, at: number): IpConfig {
  const [host = '', length = ''] = String(entry.address).split('/');
  const address = parseAddress(host);
  if (address === undefined || !/^\d{1,3}$/.test(length))
    throw new Error(`ips[${at}].address must be an address with its prefix: ${String(entry.address)}`);
  const gateway = textIn(entry.gateway);
  return {
    address,
    prefixLength: Number(length),
    gateway: gateway === undefined ? undefined : addressAt(`ips[${at}].gateway`, gateway),
    interface: numberIn(entry.interface),
  };
}

function readRoute(entry: JsonObject, at: number): RouteConfig {
  const dst = parseCidr(String(entry.dst));
  if (dst === undefined) throw new Error(`routes[${at}].dst must be a network: ${String(entry.dst)}`);
  const gw = textIn(entry.gw);
  return {
    dst,
    gw: gw === undefined ? undefined : addressAt(`routes[${at}].gw`, gw),
    mtu: numberIn(entry.mtu),
    advmss: numberIn(entry.advmss),
    priority: numberIn(entry.priority),
    table: numberIn(entry.table),
    scope: numberIn(entry.scope),
  };
}

export function readDns(dns: JsonObject): Dns {
  return {
    nameservers: textsIn(dns.nameservers),
    domain: textIn(dns.domain),
    search: textsIn(dns.search),
    options: textsIn(dns.options),
  };
}

function addressAt(field: string, text: string) {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${field} must be an address: ${text}`);
  return address;
}

import type { Address } from '../../net/address.ts';
import { type MacAddress, parseMacAddress } from '../../net/mac-address.ts';
import { CniError, errorCodes } from '../protocol/cni-error.ts';
import type { Call } from '../protocol/read-call.ts';
import type { Dns } from '../protocol/result.ts';
import { type BridgeConfiguration, readBridge } from './bridge-configuration.ts';
import { Faults } from './faults.ts';
import { Fields } from './fields.ts';
import { type HostLocalConfiguration, readHostLocal, requestedAddress } from './host-local-configuration.ts';

/** The configuration of a network of type `portolan`; docs/cni.md says what each field does. */
export interface NetworkConfiguration {
  readonly bridge: BridgeConfiguration;
  readonly ipam: IpamConfiguration;
  /** That the runtime asks for. */
  readonly mac: MacAddress | undefined;
  /** The addresses that the runtime asks for. */
  readonly requested: readonly Address[];
  /** Goes before what the IPAM plugin says of it. */
  readonly dns: Dns | undefined;
}

/** Who gives addresses: this plugin, another one by its name, or nobody. */
export type IpamConfiguration =
  | { readonly type: 'host-local'; readonly hostLocal: HostLocalConfiguration }
  | { readonly type: 'delegated'; readonly plugin: string }
  | { readonly type: 'none' };

/** Throws a `CniError` that names each field at fault: 7, or 2 where fields are not supported. */
export function readNetworkConfiguration(call: Call): NetworkConfiguration {
  const faults = new Faults();
  const fields = new Fields(call.document, '', faults);
  fields.ignore('cniVersion', 'cniVersions', 'name', 'type', 'capabilities', 'prevResult');
  const runtime = readRuntimeConfig(fields);
  const args = fields.object('args')?.object('cni');
  const configuration = {
    bridge: readBridge(fields),
    ipam: readIpam(fields, runtime.ranges),
    mac: runtime.mac ?? args?.mac('mac') ?? macOfArguments(call),
    requested: runtime.requested ?? readRequested(args) ?? addressOfArguments(call),
    dns: runtime.dns ?? readDns(fields.object('dns')),
  };
  fields.reportUnknown();
  faults.throwIfAny();
  return configuration;
}

/** The IPAM part alone, as a plugin has it that others delegate to. Throws as above. */
export function readIpamConfiguration(call: Call) {
  const faults = new Faults();
  const fields = new Fields(call.document, '', faults);
  const runtime = readRuntimeConfig(fields);
  const args = fields.object('args')?.object('cni');
  const hostLocal = readHostLocal(fields.object('ipam') ?? new Fields({}, 'ipam', faults), runtime.ranges);
  const requested = runtime.requested ?? readRequested(args) ?? addressOfArguments(call);
  faults.throwIfAny();
  return { hostLocal, requested };
}

/** What the runtime says of this container, by the capabilities that the configuration declares (CONVENTIONS.md of CNI). */
function readRuntimeConfig(fields: Fields) {
  const runtime = fields.object('runtimeConfig');
  const dns = runtime?.object('dns');
  return {
    mac: runtime?.mac('mac'),
    requested: readRequested(runtime),
    ranges: runtime?.objectLists('ipRanges') ?? [],
    dns: dns && {
      nameservers: dns.texts('servers'),
      search: dns.texts('searches'),
      options: dns.texts('options'),
    },
  };
}

function readIpam(fields: Fields, runtimeRanges: readonly (readonly Fields[])[]): IpamConfiguration {
  const ipam = fields.object('ipam');
  const type = ipam?.matching('type', /^[^/\\]+$/, 'must be the name of an IPAM plugin, without "/"');
  if (ipam === undefined || type === undefined) {
    if (ipam?.hasAny())
      ipam.invalid('type', 'must be given: "host-local", or the name of another IPAM plugin');
    return { type: 'none' };
  }
  if (type !== 'host-local') return { type: 'delegated', plugin: type };
  return { type, hostLocal: readHostLocal(ipam, runtimeRanges) };
}

function readRequested(fields: Fields | undefined): readonly Address[] | undefined {
  const texts = fields?.texts('ips');
  if (texts === undefined || texts.length === 0) return undefined;
  return texts.flatMap((text, at) => {
    const address = requestedAddress(text);
    if (address !== undefined) return [address];
    fields?.invalid(`ips[${at}]`, `must be an address such as 10.244.0.5 or 10.244.0.5/24; it is "${text}"`);
    return [];
  });
}

function readDns(dns: Fields | undefined): Dns | undefined {
  if (dns === undefined) return undefined;
  const read = {
    nameservers: dns.addresses('nameservers'),
    domain: dns.text('domain'),
    search: dns.texts('search'),
    options: dns.texts('options'),
  };
  dns.reportUnknown();
  return read;
}

function addressOfArguments({ parameters }: Call): readonly Address[] {
  const text = parameters.args.get('IP') ?? '';
  if (text === '') return [];
  const address = requestedAddress(text);
  if (address !== undefined) return [address];
  throw invalidArgument(`IP must be an address such as 10.244.0.5 or 10.244.0.5/24; it is "${text}"`);
}

function macOfArguments({ parameters }: Call): MacAddress | undefined {
  const text = parameters.args.get('MAC') ?? '';
  if (text === '') return undefined;
  const mac = parseMacAddress(text);
  if (mac !== undefined) return mac;
  throw invalidArgument(`MAC must be a MAC address such as 0a:58:0a:f4:00:05; it is "${text}"`);
}

function invalidArgument(fault: string): CniError {
  return new CniError(errorCodes.invalidEnvironment, `invalid environment variable CNI_ARGS: ${fault}`);
}

import { type Address, familyOf, parseAddress } from '../../net/address.ts';
import { cidrContains, cidrFamily } from '../../net/cidr.ts';
import {
  formatRanges,
  type Range,
  type RangeSet,
  rangeContains,
  rangeOf,
  rangesOverlap,
} from '../ipam/ranges.ts';
import type { RouteConfig } from '../protocol/result.ts';
import type { Fields } from './fields.ts';
import { readRoutes } from './routes.ts';

/** `ipam` of type `host-local`, as the reference plugin of that name has it. */
export interface HostLocalConfiguration {
  /** Has a folder for each network. */
  readonly dataDir: string;
  /** A container gets one address of each. */
  readonly rangeSets: readonly RangeSet[];
  readonly routes: readonly RouteConfig[];
  /** A file in the form of resolv.conf(5), from which `dns` of the result comes. */
  readonly resolvConf: string | undefined;
}

/** `runtimeRanges` are those of the capability `ipRanges`: they come before the others. Faults are noted by the fields. */
export function readHostLocal(
  ipam: Fields,
  runtimeRanges: readonly (readonly Fields[])[],
): HostLocalConfiguration {
  ipam.ignore('type');
  const single = [...readRange(ipam, false)];
  const listed = ipam.objectLists('ranges') ?? [];
  const sets = [
    ...runtimeRanges.map((ranges) => ranges.flatMap((range) => readRange(range, true))),
    ...(single.length === 0 ? [] : [single]),
    ...listed.map((ranges) => ranges.flatMap((range) => readRange(range, true))),
  ];
  if (sets.length === 0 && !ipam.has('subnet'))
    ipam.invalid('ranges', 'must hold a range, or "subnet" a network: there is no address to give');
  for (const fault of faultsOf(sets)) ipam.invalid('ranges', fault);
  const settings = {
    dataDir: ipam.path('dataDir') ?? defaultDataDir,
    rangeSets: sets,
    routes: readRoutes(ipam, 'routes'),
    resolvConf: ipam.path('resolvConf'),
  };
  ipam.reportUnknown();
  return settings;
}

export const defaultDataDir = '/var/lib/cni/networks';

function readRange(fields: Fields, isAlone: boolean): readonly Range[] {
  const subnet = fields.network('subnet');
  const [start, end] = [fields.address('rangeStart'), fields.address('rangeEnd')];
  const gateway = fields.address('gateway');
  if (isAlone) fields.reportUnknown();
  if (subnet === undefined) {
    if (isAlone && !fields.has('subnet'))
      fields.invalid('subnet', 'must be given: a network such as 10.244.0.0/24');
    return [];
  }
  const isOutside = (address: Address | undefined) => address !== undefined && !cidrContains(subnet, address);
  if (isOutside(start)) fields.invalid('rangeStart', `must be an address of ${subnet}; it is ${start}`);
  if (isOutside(end)) fields.invalid('rangeEnd', `must be an address of ${subnet}; it is ${end}`);
  if (gateway !== undefined && familyOf(gateway) !== cidrFamily(subnet))
    fields.invalid('gateway', `must be an ${cidrFamily(subnet)} address; it is ${gateway}`);
  const range = rangeOf(subnet, { start, end, gateway });
  if (range === undefined) {
    fields.invalid(
      'subnet',
      `must have two addresses to give at least, as a /30 or /126 has; it is ${subnet}`,
    );
    return [];
  }
  if (!rangeContains(range, range.start))
    fields.invalid('rangeEnd', `must not come before rangeStart: ${range.start} and ${range.end}`);
  return [range];
}

/** What is wrong between ranges that are right by themselves. */
function* faultsOf(sets: readonly RangeSet[]): Generator<string> {
  for (const [at, set] of sets.entries()) {
    if (new Set(set.map(({ subnet }) => cidrFamily(subnet))).size > 1)
      yield `must hold ranges of one family in each list: ${formatRanges(set)}`;
    const later = sets.slice(at + 1).flat();
    for (const [index, range] of set.entries())
      for (const other of [...set.slice(index + 1), ...later])
        if (rangesOverlap(range, other)) yield `must not overlap: ${formatRanges([range, other])}`;
  }
}

/** An address with or without the length of its prefix, as the capability `ips` and CNI_ARGS have it. */
export function requestedAddress(text: string): Address | undefined {
  const [host = '', length] = text.split('/');
  return length === undefined || /^\d{1,3}$/.test(length) ? parseAddress(host) : undefined;
}

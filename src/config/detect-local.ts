import { type Cidr, cidrFamily, parseCidr } from '../net/cidr.ts';
import type { Report } from './fault.ts';
import {
  interfaceNameAllowed,
  interfaceNamePrefixAllowed,
  parseInterfaceName,
  parseInterfaceNamePrefix,
} from './interface-name.ts';
import type { DetectLocal } from './proxy-config.ts';
import type { Settings } from './schema.ts';

/** How local traffic is detected; only the fields that the mode uses are looked at, as in kube-proxy. */
export function detectLocalOf(settings: Settings, report: Report): DetectLocal {
  switch (settings.detectLocalMode) {
    case 'NodeCIDR':
      return { mode: 'NodeCIDR' };
    case 'BridgeInterface': {
      const name = settings.detectLocal?.bridgeInterface ?? '';
      const parsed = parseInterfaceName(name);
      if (parsed !== undefined) return { mode: 'BridgeInterface', interface: parsed };
      report('detectLocal.bridgeInterface', interfaceFault('BridgeInterface', interfaceNameAllowed, name));
      break;
    }
    case 'InterfaceNamePrefix': {
      const prefix = settings.detectLocal?.interfaceNamePrefix ?? '';
      const parsed = parseInterfaceNamePrefix(prefix);
      if (parsed !== undefined) return { mode: 'InterfaceNamePrefix', prefix: parsed };
      report(
        'detectLocal.interfaceNamePrefix',
        interfaceFault('InterfaceNamePrefix', interfaceNamePrefixAllowed, prefix),
      );
      break;
    }
    default:
      return { mode: 'ClusterCIDR', cidrs: clusterCidrs(settings.clusterCIDR ?? '', report) };
  }
  return { mode: 'ClusterCIDR', cidrs: {} };
}

function interfaceFault(mode: string, allowed: string, got: string): string {
  return got === ''
    ? `must be set where detectLocalMode is ${mode}`
    : `must be ${allowed}, got ${JSON.stringify(got)}`;
}

function clusterCidrs(text: string, report: Report): { IPv4?: Cidr; IPv6?: Cidr } {
  const cidrs: { IPv4?: Cidr; IPv6?: Cidr } = {};
  for (const entry of text === '' ? [] : text.split(',')) {
    const cidr = parseCidr(entry);
    if (cidr === undefined) {
      report(
        'clusterCIDR',
        `must hold CIDRs such as 10.244.0.0/16 or fd00:10:244::/56, got ${JSON.stringify(entry)}`,
      );
    } else if (cidrs[cidrFamily(cidr)] !== undefined) {
      report(
        'clusterCIDR',
        `must hold one CIDR, or one of each family separated by a comma; ${entry} is a second of ${cidrFamily(cidr)}`,
      );
    } else cidrs[cidrFamily(cidr)] = cidr;
  }
  return cidrs;
}

import fc from 'fast-check';
import type { InterfaceName, InterfaceNamePrefix } from '../../src/config/interface-name.ts';
import type { Family } from '../../src/net/family.ts';
import type { NftablesOptions } from '../../src/nftables/nftables-options.ts';
import { address, cidr } from './records.ts';

/** Random options of the tables, in which both families have the same settings with their own addresses. */
export const anyTableOptions: fc.Arbitrary<(family: Family) => Partial<NftablesOptions>> = fc
  .record({
    masqueradeBit: fc.constantFrom(0, 14, 15, 31),
    masqueradeAll: fc.boolean(),
    detector: fc.constantFrom('none', 'network', 'one address', 'interface', 'interface prefix'),
    nodePorts: fc.constantFrom('all', 'none', 'one', 'two'),
    serviceCIDRs: fc.constantFrom('none', 'one', 'two that touch', 'two apart'),
  })
  .map(({ masqueradeBit, masqueradeAll, detector, nodePorts, serviceCIDRs }) => (family) => ({
    masqueradeBit,
    masqueradeAll,
    localDetector: detectors[family][detector],
    nodePortAddresses: nodePortAddresses[family][nodePorts] ?? 'all',
    serviceCIDRs: (networks[family][serviceCIDRs] ?? []).map(cidr),
  }));

type ByName<T> = Readonly<Record<Family, Readonly<Record<string, T>>>>;

const byInterface = {
  none: undefined,
  interface: { by: 'interface', interface: 'cni0' as InterfaceName },
  'interface prefix': { by: 'interface-prefix', prefix: 'veth' as InterfaceNamePrefix },
} as const;

const detectors: ByName<NftablesOptions['localDetector']> = {
  IPv4: {
    ...byInterface,
    network: { by: 'cidr', cidr: cidr('10.0.0.0/8') },
    'one address': { by: 'cidr', cidr: cidr('10.0.0.1/32') },
  },
  IPv6: {
    ...byInterface,
    network: { by: 'cidr', cidr: cidr('fd00:10::/32') },
    'one address': { by: 'cidr', cidr: cidr('fd00:10::1/128') },
  },
};

const nodePortAddresses: ByName<NftablesOptions['nodePortAddresses']> = {
  IPv4: {
    none: [],
    one: [address('192.168.50.10')],
    two: [address('192.168.60.10'), address('192.168.50.10')],
  },
  IPv6: {
    none: [],
    one: [address('2001:db8:50::10')],
    two: [address('2001:db8:60::10'), address('2001:db8:50::10')],
  },
};

const networks: ByName<readonly string[]> = {
  IPv4: {
    one: ['10.96.0.0/16'],
    'two that touch': ['10.96.0.0/24', '10.96.1.0/24'],
    'two apart': ['10.112.0.0/16', '10.96.0.0/24'],
  },
  IPv6: {
    one: ['fd00:96::/112'],
    'two that touch': ['fd00:96::/113', 'fd00:96::8000/113'],
    'two apart': ['fd00:112::/112', 'fd00:96::/112'],
  },
};

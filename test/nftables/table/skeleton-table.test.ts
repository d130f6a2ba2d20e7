import { describe, expect, test } from 'vitest';
import type { InterfaceName, InterfaceNamePrefix } from '../../../src/config/interface-name.ts';
import { nftablesSkeleton } from '../../../src/kernel/rule-files.ts';
import { type Family, families } from '../../../src/net/family.ts';
import { dispatchSets, fixedSets, sharedSets, slotMaps } from '../../../src/nftables/names.ts';
import type { NftablesOptions } from '../../../src/nftables/nftables-options.ts';
import { skeletonTable } from '../../../src/nftables/table/skeleton-table.ts';
import { tableOptions } from '../../support/nftables/proxy.ts';
import { address, cidr } from '../../support/records.ts';

function tableFor(options: Partial<NftablesOptions>, family: Family) {
  return skeletonTable(nftablesSkeleton(), tableOptions(family, options));
}

function rulesOf(chain: string, options: Partial<NftablesOptions>, family: Family = 'IPv4') {
  return [...tableFor(options, family).chains].find(([name]) => name === chain)?.[1].rules;
}

describe.each(families)('the table without Services (%s)', (family) => {
  const table = tableFor({}, family);
  const [ip, loopback] = family === 'IPv4' ? ['ip', '127.0.0.0/8'] : ['ip6', '::1'];

  test('declares every set and map that elements are put into, and no other', () => {
    expect(new Set(table.sets.keys())).toEqual(new Set(fixedSets));
    expect(fixedSets).toHaveLength(slotMaps.length + dispatchSets.length + sharedSets.length);
  });

  test('leaves no brace, condition or remark of its text', () => {
    const text = JSON.stringify([...table.chains.values(), ...table.sets.values()]);
    expect(text).not.toMatch(/\{[a-z-]+\}|#|undefined/);
  });

  test('leads only to chains and sets that it has', () => {
    const rules = [...table.chains.values()].flatMap((chain) => chain.rules).join('\n');
    for (const [, target] of rules.matchAll(/\b(?:jump|goto) (\S+)/g))
      expect([...table.chains.keys()]).toContain(target);
    for (const [, set] of rules.matchAll(/@(\S+)/g)) expect([...table.sets.keys()]).toContain(set);
  });

  test('speaks of its own family only', () => {
    const text = JSON.stringify([...table.chains.values(), ...table.sets.values()]);
    expect(text).not.toMatch(family === 'IPv4' ? /ip6|ipv6/ : /\bip |ipv4/);
  });

  test('counts what its maps forward and refuse', () => {
    const counting = [...slotMaps, ...dispatchSets.filter((set) => set !== 'firewall')];
    for (const set of counting) expect(table.sets.get(set)?.properties).toContain('counter');
  });

  test('serves node ports on loopback addresses never, where it serves them everywhere', () => {
    const services = rulesOf('KUBE-SERVICES', { nodePortAddresses: 'all' }, family);
    expect(services).toContain(`fib daddr type local ${ip} daddr != ${loopback} jump KUBE-NODEPORTS`);
  });
});

describe('traffic to ClusterIPs is masqueraded', () => {
  const marking = (options: Partial<NftablesOptions>) =>
    rulesOf('KUBE-SERVICES', options)?.filter((rule) => rule.includes('KUBE-MARK-MASQ'));

  test.each([
    [
      'that comes from outside the network of the pods',
      { localDetector: { by: 'cidr', cidr: cidr('10.0.0.0/8') } },
      ['ip saddr != 10.0.0.0/8 ip daddr @cluster-ips jump KUBE-MARK-MASQ'],
    ],
    [
      'that comes from another address than the only one of the pods',
      { localDetector: { by: 'cidr', cidr: cidr('10.0.0.1/32') } },
      ['ip saddr != 10.0.0.1 ip daddr @cluster-ips jump KUBE-MARK-MASQ'],
    ],
    [
      'that comes by another interface than the bridge of the pods',
      { localDetector: { by: 'interface', interface: 'cni0' as InterfaceName } },
      ['iifname != "cni0" ip daddr @cluster-ips jump KUBE-MARK-MASQ'],
    ],
    [
      'that comes by no interface of pods',
      { localDetector: { by: 'interface-prefix', prefix: 'veth' as InterfaceNamePrefix } },
      ['iifname != "veth*" ip daddr @cluster-ips jump KUBE-MARK-MASQ'],
    ],
    [
      'whatever it is, where that is asked for',
      { masqueradeAll: true },
      ['ip daddr @cluster-ips jump KUBE-MARK-MASQ'],
    ],
    ['never, where pods cannot be told', { localDetector: undefined }, []],
  ] satisfies [string, Partial<NftablesOptions>, string[]][])('%s', (_, options, rules) => {
    expect(marking(options)).toEqual(rules);
  });
});

describe('node ports', () => {
  const both = (options: Partial<NftablesOptions>, family: Family = 'IPv4') => ({
    served: rulesOf('KUBE-SERVICES', options, family)?.filter((rule) => rule.includes('KUBE-NODEPORTS')),
    refused: rulesOf('KUBE-EXTERNAL-SERVICES', options, family)?.filter((rule) =>
      rule.includes('@no-endpoint-node-ports'),
    ),
  });

  test('answer and refuse on every local address', () => {
    expect(both({ nodePortAddresses: 'all' })).toEqual({
      served: ['fib daddr type local ip daddr != 127.0.0.0/8 jump KUBE-NODEPORTS'],
      refused: [
        'fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @no-endpoint-node-ports',
      ],
    });
  });

  test('answer and refuse on one address', () => {
    expect(both({ nodePortAddresses: [address('192.168.50.10')] })).toEqual({
      served: ['ip daddr 192.168.50.10 jump KUBE-NODEPORTS'],
      refused: ['ip daddr 192.168.50.10 meta l4proto . th dport vmap @no-endpoint-node-ports'],
    });
  });

  test('answer and refuse on several addresses', () => {
    const nodePortAddresses = [address('2001:db8::2'), address('2001:db8::8')];
    expect(both({ nodePortAddresses }, 'IPv6')).toEqual({
      served: ['ip6 daddr { 2001:db8::2, 2001:db8::8 } jump KUBE-NODEPORTS'],
      refused: [
        'ip6 daddr { 2001:db8::2, 2001:db8::8 } meta l4proto . th dport vmap @no-endpoint-node-ports',
      ],
    });
  });

  test('answer nowhere, where the node has no address for them', () => {
    expect(both({ nodePortAddresses: [] })).toEqual({ served: [], refused: [] });
  });
});

describe('what no Service has of the networks of ClusterIPs', () => {
  const dropped = (serviceCIDRs: readonly string[]) =>
    rulesOf('KUBE-CLUSTER-IPS', { serviceCIDRs: serviceCIDRs.map(cidr) })?.slice(1);

  test('is dropped', () => {
    expect(dropped(['10.96.0.0/16'])).toEqual(['ip daddr 10.96.0.0/16 counter packets 0 bytes 0 drop']);
  });

  test('is dropped in each of several networks', () => {
    expect(dropped(['10.112.0.0/16', '10.96.0.0/16'])).toEqual([
      'ip daddr { 10.96.0.0/16, 10.112.0.0/16 } counter packets 0 bytes 0 drop',
    ]);
  });

  test("is nobody's to drop, where the networks are unknown", () => {
    expect(dropped([])).toEqual([]);
  });
});

test.each([
  [0, '0x00000001', '& 0x00000001 != 0x00000000'],
  [14, '0x00004000', '& 0x00004000 != 0x00000000'],
  [31, '0x80000000', '!= 0x00000000/1'],
])('bit %i of the packet mark asks for masquerading, once', (masqueradeBit, mark, isMarked) => {
  expect(rulesOf('KUBE-MARK-MASQ', { masqueradeBit })).toEqual([`meta mark set meta mark | ${mark}`]);
  expect(rulesOf('KUBE-POSTROUTING', { masqueradeBit })?.[0]).toBe(
    `meta mark ${isMarked} meta mark set meta mark ^ ${mark} masquerade fully-random`,
  );
});

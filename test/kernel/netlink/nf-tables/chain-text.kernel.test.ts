import { describe, expect, test } from 'vitest';
import { readNftListing } from '../../../../src/rules-text/nft/read-listing.ts';
import { nodeWithAddresses } from '../../../../src/trace/node-view.ts';
import type { Packet } from '../../../../src/trace/packet.ts';
import { walk } from '../../../../src/trace/walk.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../../../support/conformance/shared.ts';
import { liveNamespace } from '../../../support/kernel/live-namespace.ts';
import { labUnavailable } from '../../../support/lab/unavailable.ts';
import { address } from '../../../support/records.ts';
import { shared } from '../../../support/shared.ts';

const missing = labUnavailable();
const borrow = shared(liveNamespace, (namespace) => namespace.clear());

/** Of both families; where they differ, IP stands for `ip` or `ip6`. */
const forms = [
  'IP daddr @addresses accept',
  'IP daddr != @addresses drop',
  'IP saddr . IP daddr . meta l4proto . th dport vmap @verdicts',
  'IP saddr != NETWORK meta mark set meta mark | 0x00004000 comment "from outside"',
  'meta mark & 0x00004000 != 0x00000000 meta mark set meta mark ^ 0x00004000 masquerade fully-random',
  'meta mark & 0x00000080 == 0x00000080 return',
  'meta mark set 0x00000001 continue',
  'ct state new jump other',
  'ct status dnat masquerade',
  'fib daddr type local goto other',
  'iifname "cni0" oifname != "eth0" counter packets 0 bytes 0 accept',
  'IP saddr { NETWORK, OTHER } goto other',
  'IP saddr != { RANGE, OTHER } drop',
  'tcp dport { 80, 443 } accept',
  'udp dport 53 accept',
  'numgen random mod 2 vmap { 0 : goto other, 1 : jump other }',
  'meta l4proto tcp dnat IP to numgen random mod 2 map { 0 : ADDRESS . 8080, 1 : ADDRESS . 8081 }',
  'dnat IP to IP daddr . tcp dport . numgen inc mod 3 map @slots',
  'meta l4proto sctp dnat to TARGET',
  'update @clients { IP saddr timeout 3h5m }',
  'add @clients { IP saddr }',
  'reject',
];

const terms = {
  ip: {
    NETWORK: '10.244.0.0/15',
    ADDRESS: '10.245.0.7',
    RANGE: '192.0.2.3-192.0.2.9',
    OTHER: '192.0.2.77',
    TARGET: '10.245.0.7:80',
  },
  ip6: {
    NETWORK: 'fd00:10::/47',
    ADDRESS: 'fd00:11::7',
    RANGE: '2001:db8::3-2001:db8::9',
    OTHER: '2001:db8::77',
    TARGET: '[fd00:11::7]:80',
  },
};

function table(family: 'ip' | 'ip6', rules: readonly string[]): string {
  const type = family === 'ip' ? 'ipv4_addr' : 'ipv6_addr';
  return `table ${family} t {
    set addresses { type ${type}; }
    map verdicts { type ${type} . ${type} . inet_proto . inet_service : verdict; }
    map slots { typeof IP daddr . tcp dport . numgen inc mod 3 : IP daddr . tcp dport; }
    set clients { type ${type}; size 100; flags dynamic,timeout; }
    chain other {
    }
    chain nat {
      type nat hook postrouting priority 0;
    }
    ${rules.map((rule, at) => `chain rule${at} {\n      ${rule}\n    }`).join('\n    ')}
  }
`
    .replaceAll('IP ', `${family} `)
    .replace(/\b(?:NETWORK|ADDRESS|RANGE|OTHER|TARGET)\b/g, (term) => terms[family][term as 'RANGE']);
}

describe('rules in the kernel’s own form', () => {
  test.for(['ip', 'ip6'] as const)('are written as nft lists them: %s', async (family, { skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(['nft', '-f', '-'], table(family, forms));
    const chains = (await namespace.chains(family, 't')).filter(({ chain }) => chain.startsWith('rule'));
    expect(chains).toHaveLength(forms.length);
    expect(chains.map(({ written }) => written)).toEqual(chains.map(({ listed }) => listed));
  });

  test.for([
    'tcp flags syn / fin,syn,rst,ack accept',
    'limit rate 5/second accept',
    'log prefix "x"',
    'ct mark 0x00000001 accept',
    'meta l4proto tcp reject with tcp reset',
    'IP daddr . tcp dport { ADDRESS . 80-90 } accept',
    'meta skuid 0 accept',
  ])('are left to nft where their form is not known: %s', async (rule, { skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(['nft', '-f', '-'], table('ip', [rule]));
    const [chain] = (await namespace.chains('ip', 't')).filter((one) => one.chain === 'rule0');
    expect(chain).toMatchObject({ listed: [expect.any(String)], written: undefined });
  });

  test.for(['ip', 'ip6'] as const)('of kube-proxy are all known: %s', async (family, { skip }) => {
    const absent = missing ?? sharedUnavailable();
    skip(absent !== undefined, absent);
    const namespace = await borrow();
    for (const name of sharedEntries('golden')) {
      await namespace.run(['nft', '-f', `${sharedPath}golden/${name}/nft-${family}.txt`]);
      for (const { chain, listed, written } of await namespace.chains(family, 'kube-proxy'))
        expect(written, `${name}: ${chain}`).toEqual(listed);
      await namespace.run(['nft', 'delete', 'table', family, 'kube-proxy']);
    }
  });
});

describe('a table so large that its chains are read one by one', () => {
  test('leads packets as its whole listing does', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const namespace = await borrow();
    await namespace.run(['nft', '-f', '-'], largeTable);
    const listing = await namespace.run(['nft', 'list', 'ruleset']);
    const whole = { family: 'IPv4', tables: readNftListing(listing, 'IPv4') } as const;
    const packets = [0, 7, services - 1, services].map(packetTo);
    const { traces } = await namespace.trace('IPv4', packets);
    expect(traces.map(({ endpoints }) => endpoints.length)).toEqual([2, 2, 2, 0]);
    const node = nodeWithAddresses([]);
    expect(traces.map((trace) => ({ trace }))).toEqual(packets.map((packet) => walk(whole, packet, node)));
  });
});

const services = 300;

function clusterIP(index: number): string {
  return `10.96.${index >> 8}.${index & 255}`;
}

function packetTo(index: number): Packet {
  return {
    source: address('203.0.113.7'),
    destination: address(clusterIP(index)),
    protocol: 'TCP',
    port: 80,
    inputInterface: 'eth0',
  };
}

const indexes = Array.from({ length: services }, (_, index) => index);

/** A chain and an anonymous map for each Service; in the first chain a rule of a form that only nft writes. */
const largeTable = `table ip large {
  map services {
    type ipv4_addr . inet_proto . inet_service : verdict
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    limit rate 5/second log prefix "seen"
    ip daddr . meta l4proto . th dport vmap @services
  }
${indexes.map((index) => `  chain service-${index} {\n    meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.0.0.1 . 80, 1 : 10.0.0.2 . ${index + 1} }\n  }\n`).join('')}}
add element ip large services { ${indexes.map((index) => `${clusterIP(index)} . tcp . 80 : goto service-${index}`).join(', ')} }
`;

import type { Family } from '../../../../src/net/family.ts';
import type { Statement } from '../../../../src/rules-text/rule.ts';
import {
  accept,
  anything,
  aside,
  assigns,
  between,
  bits,
  data,
  drop,
  field,
  goto,
  hasBit,
  hasNoBit,
  ip,
  is,
  isIn,
  isInSet,
  isIpv6,
  isNot,
  isNotIn,
  isTcp,
  isTracked,
  isUdp,
  joined,
  jump,
  lost,
  mapped,
  number,
  unknown,
  value,
  verdict,
  verdicts,
} from './terms.ts';

/** A rule as nft lists it, and what it says to the trace. */
export type Specified = readonly [rule: string, ...says: readonly Statement[]];

const network = between(ip(10, 0, 0, 0), ip(10, 255, 255, 255));

/** Rules by what they show, read for packets of IPv4. */
export const specification: Readonly<Record<string, readonly Specified[]>> = {
  addresses: [
    ['ip saddr 192.0.2.7 accept', is('source-address', ip(192, 0, 2, 7)), accept],
    ['ip daddr != 192.0.2.7 drop', isNot('destination-address', ip(192, 0, 2, 7)), drop],
    ['ip daddr 10.0.0.0/8 drop', isIn('destination-address', network), drop],
    ['ip saddr != 10.0.0.0/8 drop', isNotIn('source-address', network), drop],
    ['ip saddr 10.0.0.1-10.0.0.7', isIn('source-address', between(ip(10, 0, 0, 1), ip(10, 0, 0, 7)))],
    [
      'ip saddr != { 192.0.2.1, 10.0.0.0/8 } drop',
      isNotIn('source-address', ip(192, 0, 2, 1), network),
      drop,
    ],
    ['ip saddr & 0.0.0.255 == 0.0.0.1', is(bits('source-address', '&', 255n), 1n)],
    ['ip daddr @cluster-ips', isInSet('destination-address', 'cluster-ips')],
    ['ip saddr != @blocked', isInSet('source-address', 'blocked', true)],
  ],
  'packets of another family': [
    ['ip6 saddr fd00::1 accept', isIpv6, is('source-address', (0xfd00n << 112n) + 1n), accept],
    ['meta nfproto ipv6 drop', isIpv6, drop],
    ['meta nfproto { ipv4, ipv6 }', isIn('nf-protocol', 2n, 10n)],
    ['meta protocol ip6 drop', isIpv6, drop],
    ['meta protocol { ip, arp }', isIn('nf-protocol', 2n, 3n)],
    [
      'icmpv6 type nd-neighbor-solicit accept',
      isIpv6,
      is('protocol', 58n),
      unknown('icmpv6 type nd-neighbor-solicit'),
      accept,
    ],
  ],
  'protocols and ports': [
    ['meta l4proto tcp', isTcp],
    ['meta l4proto 6', isTcp],
    ['ip protocol != udp', isNot('protocol', 17n)],
    ['meta l4proto { tcp, udp, sctp }', isIn('protocol', 6n, 17n, 132n)],
    ['meta l4proto ipv6-icmp', is('protocol', 58n)],
    ['th dport 53', is('destination-port', 53n)],
    // nft checks the protocol by itself, and does not list that.
    ['tcp dport 80 accept', isTcp, is('destination-port', 80n), accept],
    ['meta l4proto tcp tcp dport 80', isTcp, is('destination-port', 80n)],
    ['udp sport 68 udp dport 67', isUdp, is('source-port', 68n), is('destination-port', 67n)],
    ['sctp dport != 9', is('protocol', 132n), isNot('destination-port', 9n)],
    ['tcp dport { 22, 80, 1000-2000 }', isTcp, isIn('destination-port', 22n, 80n, between(1000n, 2000n))],
    ['tcp dport != 1000-2000', isTcp, isNotIn('destination-port', between(1000n, 2000n))],
    ['tcp dport > 1024', isTcp, is('destination-port', 1024n, '>')],
    ['tcp sport <= 1024', isTcp, is('source-port', 1024n, '<=')],
    // As `nft -S` lists it.
    ['tcp dport { ssh, https }', isTcp, isIn('destination-port', 22n, 443n)],
    ['icmp type echo-request accept', is('protocol', 1n), unknown('icmp type echo-request'), accept],
  ],
  'parts joined by points': [
    [
      'ip saddr . ip daddr . meta l4proto . th dport @hairpin',
      isInSet(joined('source-address', 'destination-address', 'protocol', 'destination-port'), 'hairpin'),
    ],
    [
      'ip saddr . tcp dport { 192.0.2.1 . 80-90, 10.0.0.0/8 . 443 }',
      isTcp,
      isIn(
        joined('source-address', 'destination-port'),
        [ip(192, 0, 2, 1), between(80n, 90n)],
        [network, 443n],
      ),
    ],
    [
      'iifname . ip saddr { "cni0" . 10.0.0.0/8 }',
      isIn(joined('input-interface', 'source-address'), ['cni0', network]),
    ],
    // A part that is not known does not hide that the other one is wrong.
    [
      'ether saddr . ip saddr { 02:00:00:00:00:01 . 192.0.2.1 }',
      isIn(joined({ kind: 'unknown', text: 'ether saddr' }, 'source-address'), [
        '02:00:00:00:00:01',
        ip(192, 0, 2, 1),
      ]),
    ],
  ],
  interfaces: [
    ['iifname "eth0"', is('input-interface', 'eth0')],
    ['iifname != "cali*"', isNotIn('input-interface', { prefix: 'cali' })],
    ['oifname { "lo", "veth*" }', isIn('output-interface', 'lo', { prefix: 'veth' })],
    ['iif "lo" accept', is('input-interface', 'lo'), accept],
    ['oif != "docker0"', isNot('output-interface', 'docker0')],
    // The interface has gone, and its number says nothing.
    ['iif 7', unknown('iif 7')],
    ['iifgroup "default"', unknown('iifgroup "default"')],
  ],
  'the state of connections': [
    // Without an operator flags are asked for one by one, with one the whole field is compared.
    ['ct state new', hasBit('ct-state', 8n)],
    ['ct state established,related', hasBit('ct-state', 6n)],
    ['ct state 0x2,0x4', hasBit('ct-state', 6n)],
    ['ct state != new', isNot('ct-state', 8n)],
    ['ct state ! invalid', hasNoBit('ct-state', 1n)],
    ['ct state & (established | related) != 0', isNot(bits('ct-state', '&', 6n), 0n)],
    ['ct state & new == new', is(bits('ct-state', '&', 8n), 8n)],
    ['ct state { established, related }', isIn('ct-state', 2n, 4n)],
    [
      'ct state vmap { invalid : drop, established : accept, related : accept }',
      {
        kind: 'verdict-map',
        key: field('ct-state'),
        map: verdicts([1n, { kind: 'drop' }], [2n, { kind: 'accept' }], [4n, { kind: 'accept' }]),
      },
    ],
    ['ct status dnat', isTracked, hasBit('ct-status', 32n)],
    ['ct status != snat', isTracked, isNot('ct-status', 16n)],
    ['ct direction original', isTracked, is('ct-direction', 0n)],
    ['ct original ip daddr 10.0.0.0/8', isTracked, isIn('ct-original-destination-address', network)],
    ['ct original saddr 192.0.2.1', isTracked, is('ct-original-source-address', ip(192, 0, 2, 1))],
    ['ct original proto-dst 443', isTracked, is('ct-original-destination-port', 443n)],
    ['ct reply ip saddr 192.0.2.1', isTracked, unknown('ct reply ip saddr 192.0.2.1')],
    ['ct helper "ftp"', isTracked, unknown('ct helper "ftp"')],
    ['ct count over 10 drop', unknown('ct count over 10'), drop],
  ],
  'the flags of TCP': [
    ['tcp flags syn', isTcp, hasBit('tcp-flags', 2n)],
    ['tcp flags == syn', isTcp, is('tcp-flags', 2n)],
    ['tcp flags != 0x12', isTcp, isNot('tcp-flags', 0x12n)],
    ['tcp flags ! syn,ack', isTcp, hasNoBit('tcp-flags', 0x12n)],
    ['tcp flags syn / fin,syn,rst,ack', isTcp, is(bits('tcp-flags', '&', 0x17n), 2n)],
    ['tcp flags != syn / fin,syn,rst,ack', isTcp, isNot(bits('tcp-flags', '&', 0x17n), 2n)],
    ['tcp flags & (fin | syn | rst | ack) == syn', isTcp, is(bits('tcp-flags', '&', 0x17n), 2n)],
    ['tcp flags & (fin|syn|rst|ack) != syn', isTcp, isNot(bits('tcp-flags', '&', 0x17n), 2n)],
    ['tcp flags { syn | ack, syn }', isTcp, isIn('tcp-flags', 0x12n, 2n)],
  ],
  marks: [
    ['meta mark 0x00000064', is('mark', 100n)],
    ['mark 100', is('mark', 100n)],
    ['meta mark & 0x00004000 != 0x00000000', isNot(bits('mark', '&', 0x4000n), 0n)],
    ['meta mark and 0x4000 == 0x4000', is(bits('mark', '&', 0x4000n), 0x4000n)],
    // How nft 1.0 lists `meta mark & 0x80000000 != 0`.
    ['meta mark != 0x00000000/1', isNotIn('mark', between(0n, 0x7fff_ffffn))],
    ['meta mark { 0x00000001-0x00000005, 0x00000010/28 }', isIn('mark', between(1n, 5n), between(16n, 31n))],
    ['ct mark & 0x000000ff 0x00000001', isTracked, is(bits('ct-mark', '&', 255n), 1n)],
    ['meta mark set 0x00000001', assigns('mark', value(1n))],
    ['meta mark set meta mark | 0x00004000', assigns('mark', bits('mark', '|', 0x4000n))],
    ['meta mark set mark or 0x4000', assigns('mark', bits('mark', '|', 0x4000n))],
    ['meta mark set meta mark xor 0x4000', assigns('mark', bits('mark', '^', 0x4000n))],
    [
      'meta mark set meta mark & 0x0000ff00 | 0x00000012',
      assigns('mark', bits(bits('mark', '&', 0xff00n), '|', 0x12n)),
    ],
    [
      'meta mark set (meta mark | 0x00000012) & 0x0000ffff',
      assigns('mark', bits(bits('mark', '|', 0x12n), '&', 0xffffn)),
    ],
    ['meta mark set meta mark << 2', assigns('mark', bits('mark', '<<', 2n))],
    ['ct mark set meta mark', assigns('ct-mark', field('mark'))],
    ['meta mark set ct mark & 0x0000ffff', isTracked, assigns('mark', bits('ct-mark', '&', 0xffffn))],
    [
      'meta mark set tcp dport map { 80 : 0x00000001, 81 : 0x00000002 }',
      isTcp,
      assigns('mark', mapped('destination-port', data([80n, 1n], [81n, 2n]))),
    ],
    [
      'meta mark set ip saddr map @marks',
      assigns('mark', mapped('source-address', { kind: 'named', name: 'marks' })),
    ],
    [
      'meta mark set jhash ip saddr . tcp sport mod 4 seed 0xdead offset 1',
      isTcp,
      assigns('mark', number('hash', 4, 1, joined('source-address', 'source-port'), 0xdead)),
    ],
    ['meta mark set symhash mod 2', assigns('mark', number('hash', 2))],
    ['meta mark set socket mark', assigns('mark', { kind: 'unknown', text: 'socket mark' })],
  ],
  'whose address it is': [
    ['fib daddr type local', is('destination-address-type', 2n)],
    ['fib saddr type != local', isNot('source-address-type', 2n)],
    ['fib daddr type { local, broadcast }', isIn('destination-address-type', 2n, 3n)],
    ['fib daddr . mark type 2', is('destination-address-type', 2n)],
    // An address of another interface counts as no local one there.
    ['fib daddr . iif type local', unknown('fib daddr . iif type local')],
    ['fib saddr . mark . iif oif missing drop', unknown('fib saddr . mark . iif oif missing'), drop],
    [
      'fib daddr type vmap { local : jump y, broadcast : drop }',
      {
        kind: 'verdict-map',
        key: field('destination-address-type'),
        map: verdicts([2n, { kind: 'jump', chain: 'y' }], [3n, { kind: 'drop' }]),
      },
    ],
  ],
  'parts of the packets': [
    ['numgen random mod 10 < 3 accept', { kind: 'chance', probability: 0.3 }, accept],
    ['numgen inc mod 4 == 0', { kind: 'chance', probability: 0.25 }],
    ['numgen random mod 4 offset 10 >= 11', { kind: 'chance', probability: 0.75 }],
    ['meta random & 2147483647 < 1073741824', { kind: 'chance', probability: 0.5 }],
    ['numgen random mod 4 { 0, 2 }', isIn(number('random', 4), 0n, 2n)],
    [
      'numgen random mod 3 vmap { 0 : goto a, 1 : goto b }',
      {
        kind: 'verdict-map',
        key: number('random', 3),
        map: verdicts([0n, { kind: 'goto', chain: 'a' }], [1n, { kind: 'goto', chain: 'b' }]),
      },
    ],
    ['jhash ip saddr mod 2 0 drop', is(number('hash', 2, 0, field('source-address')), 0n), drop],
  ],
  verdicts: [
    ['accept', accept],
    ['return', verdict('return')],
    ['ip saddr 192.0.2.1 continue', is('source-address', ip(192, 0, 2, 1)), verdict('continue')],
    ['jump KUBE-SERVICES', jump('KUBE-SERVICES')],
    ['goto service-BPKTVXJ3-default/lb/tcp/https', goto('service-BPKTVXJ3-default/lb/tcp/https')],
    [
      'ip daddr . meta l4proto . th dport vmap @services',
      {
        kind: 'verdict-map',
        key: joined('destination-address', 'protocol', 'destination-port'),
        map: { kind: 'named', name: 'services' },
      },
    ],
    [
      'meta mark vmap { 0x00000001 : accept, * : drop }',
      {
        kind: 'verdict-map',
        key: field('mark'),
        map: verdicts([1n, { kind: 'accept' }], [anything, { kind: 'drop' }]),
      },
    ],
    ['reject', { kind: 'reject', with: 'icmp port-unreachable' }],
    ['reject with icmpx port-unreachable', { kind: 'reject', with: 'icmp port-unreachable' }],
    ['reject with icmp type host-unreachable', { kind: 'reject', with: 'icmp host-unreachable' }],
    ['reject with icmpx admin-prohibited', { kind: 'reject', with: 'icmpx admin-prohibited' }],
    ['reject with icmp 3', { kind: 'reject', with: 'icmp port-unreachable' }],
    ['reject with icmp 10', { kind: 'reject', with: 'icmp host-prohibited' }],
    ['meta l4proto tcp reject with tcp reset', isTcp, { kind: 'reject', with: 'tcp reset' }],
  ],
  'translation of the destination': [
    ['dnat to 10.244.1.9', { kind: 'destination-nat', to: { address: value(ip(10, 244, 1, 9)) } }],
    [
      'meta l4proto tcp dnat to 10.244.1.9:8080',
      isTcp,
      { kind: 'destination-nat', to: { address: value(ip(10, 244, 1, 9)), port: value(8080n) } },
    ],
    [
      'dnat ip to 10.244.1.9:8080 persistent',
      { kind: 'destination-nat', to: { address: value(ip(10, 244, 1, 9)), port: value(8080n) } },
    ],
    ['dnat to :8080', { kind: 'destination-nat', to: { port: value(8080n) } }],
    ['dnat to :8080-8089 random', { kind: 'destination-nat', to: { port: number('random', 10, 8080) } }],
    [
      'dnat to 10.244.1.4-10.244.1.9:80-90 random,persistent',
      {
        kind: 'destination-nat',
        to: { addresses: between(ip(10, 244, 1, 4), ip(10, 244, 1, 9)), ports: between(80n, 90n) },
      },
    ],
    [
      'dnat to 10.244.1.4:80-90',
      {
        kind: 'destination-nat',
        to: { addresses: between(ip(10, 244, 1, 4), ip(10, 244, 1, 4)), ports: between(80n, 90n) },
      },
    ],
    [
      'dnat ip to numgen random mod 2 map { 0 : 10.244.0.41 . 8443, 1 : 10.244.1.42 . 8443 }',
      {
        kind: 'destination-nat',
        to: {
          both: mapped(
            number('random', 2),
            data([0n, [ip(10, 244, 0, 41), 8443n]], [1n, [ip(10, 244, 1, 42), 8443n]]),
          ),
        },
      },
    ],
    [
      'dnat ip addr . port to tcp dport map { 80 : 10.244.0.41 . 8443 }',
      isTcp,
      {
        kind: 'destination-nat',
        to: { both: mapped('destination-port', data([80n, [ip(10, 244, 0, 41), 8443n]])) },
      },
    ],
    [
      'dnat ip to ip daddr . tcp dport . numgen random mod 3 map @endpoints',
      isTcp,
      {
        kind: 'destination-nat',
        to: {
          both: mapped(joined('destination-address', 'destination-port', number('random', 3)), {
            kind: 'named',
            name: 'endpoints',
          }),
        },
      },
    ],
    [
      'dnat to tcp dport map { 80 : 10.244.0.41 }:8080',
      isTcp,
      {
        kind: 'destination-nat',
        to: {
          address: mapped('destination-port', data([80n, ip(10, 244, 0, 41)])),
          port: value(8080n),
        },
      },
    ],
    [
      'dnat to 10.244.0.41:tcp dport map { 80 : 8080 }',
      isTcp,
      {
        kind: 'destination-nat',
        to: { address: value(ip(10, 244, 0, 41)), port: mapped('destination-port', data([80n, 8080n])) },
      },
    ],
    [
      'dnat ip6 to [fd00::1]:80',
      isIpv6,
      { kind: 'destination-nat', to: { address: value((0xfd00n << 112n) + 1n), port: value(80n) } },
    ],
    [
      'dnat ip prefix to ip daddr map { 192.0.2.0/24 : 10.0.0.0/24 }',
      {
        kind: 'destination-nat',
        to: {
          address: { kind: 'unknown', text: 'ip prefix to ip daddr map { 192.0.2.0/24 : 10.0.0.0/24 }' },
        },
      },
    ],
    [
      'dnat to tcp dport map { 80 : 10.0.0.1-10.0.0.9 }',
      isTcp,
      {
        kind: 'destination-nat',
        to: { address: { kind: 'unknown', text: 'tcp dport map { 80 : 10.0.0.1-10.0.0.9 }' } },
      },
    ],
    ['tcp dport 80 redirect', isTcp, is('destination-port', 80n), { kind: 'redirect' }],
    ['redirect to :8080', { kind: 'redirect', port: value(8080n) }],
    [
      'redirect to :tcp dport map { 80 : 8080 }',
      isTcp,
      { kind: 'redirect', port: mapped('destination-port', data([80n, 8080n])) },
    ],
  ],
  'translation of the source': [
    ['masquerade', { kind: 'masquerade' }],
    ['masquerade fully-random', { kind: 'masquerade', fullyRandom: true }],
    ['xt target "MASQUERADE"', { kind: 'masquerade' }],
    ['masquerade to :1024-65535 random,persistent', { kind: 'masquerade' }],
    ['snat to 192.0.2.1 fully-random', { kind: 'source-nat', to: { address: value(ip(192, 0, 2, 1)) } }],
    [
      'snat ip to numgen inc mod 2 map { 0 : 192.0.2.1, 1 : 192.0.2.2 }',
      {
        kind: 'source-nat',
        to: { address: mapped(number('in-turn', 2), data([0n, ip(192, 0, 2, 1)], [1n, ip(192, 0, 2, 2)])) },
      },
    ],
  ],
  'sets that packets fill': [
    [
      'update @clients { ip saddr timeout 3h }',
      {
        kind: 'set-update',
        action: 'update',
        set: 'clients',
        key: field('source-address'),
        timeout: 10_800_000,
      },
    ],
    [
      'add @clients { ip saddr . tcp dport timeout 1m counter packets 0 bytes 0 } accept',
      isTcp,
      {
        kind: 'set-update',
        action: 'add',
        set: 'clients',
        key: joined('source-address', 'destination-port'),
        timeout: 60_000,
      },
      accept,
    ],
    [
      'delete @clients { ip saddr }',
      { kind: 'set-update', action: 'delete', set: 'clients', key: field('source-address') },
    ],
    [
      'add @flood { ip saddr limit rate over 5/second } drop',
      { kind: 'set-update', action: 'add', set: 'flood', key: field('source-address') },
      unknown('limit rate over 5/second'),
      drop,
    ],
    [
      'add @flood { ip saddr ct count over 20 } reject',
      { kind: 'set-update', action: 'add', set: 'flood', key: field('source-address') },
      unknown('ct count over 20'),
      { kind: 'reject', with: 'icmp port-unreachable' },
    ],
    [
      'update @seen { ip saddr : meta mark }',
      { kind: 'set-update', action: 'update', set: 'seen', key: field('source-address') },
    ],
    [
      'meter flood size 1024 { ip saddr limit rate 10/second } accept',
      { kind: 'set-update', action: 'update', set: 'flood', key: field('source-address') },
      unknown('limit rate 10/second'),
      accept,
    ],
  ],
  'what depends on more than the packet': [
    ['limit rate 5/second burst 10 packets accept', unknown('limit rate 5/second burst 10 packets'), accept],
    ['limit rate over 10 mbytes/second drop', unknown('limit rate over 10 mbytes/second'), drop],
    ['limit name "l" accept', unknown('limit name "l"'), accept],
    ['quota over 10 mbytes used 2 kbytes drop', unknown('quota over 10 mbytes used 2 kbytes'), drop],
    ['quota name "q" drop', unknown('quota name "q"'), drop],
    ['meta skuid 0-10 accept', unknown('meta skuid 0-10'), accept],
    [
      'meta pkttype { broadcast, multicast } drop',
      isIn({ kind: 'unknown', text: 'meta pkttype' }, 'broadcast', 'multicast'),
      drop,
    ],
    ['meta hour "10:00"-"12:00" accept', unknown('meta hour "10:00"-"12:00"'), accept],
    ['socket cgroupv2 level 2 "a/b" accept', unknown('socket cgroupv2 level 2 "a/b"'), accept],
    ['rt ip nexthop 192.0.2.1 drop', unknown('rt ip nexthop 192.0.2.1'), drop],
    ['ip ttl < 5 drop', unknown('ip ttl < 5'), drop],
    ['@nh,96,32 0xc0000201 drop', unknown('@nh,96,32 0xc0000201'), drop],
    ['tcp option maxseg size 1460 accept', isTcp, unknown('tcp option maxseg size 1460'), accept],
    [
      'meta l4proto tcp # xt_recent counter packets 0 bytes 0 accept',
      isTcp,
      unknown('# xt_recent'),
      aside('counter'),
      accept,
    ],
    ['exthdr frag exists drop', unknown('exthdr frag exists'), drop],
    ['ipsec in reqid 1 accept', unknown('ipsec in reqid 1'), accept],
    [
      'xt match "physdev" counter packets 0 bytes 0 accept',
      unknown('xt match "physdev"'),
      aside('counter'),
      accept,
    ],
  ],
  'what does not decide where the packet goes': [
    ['counter packets 7 bytes 420 accept', aside('counter'), accept],
    ['counter name "web" accept', aside('counter name "web"'), accept],
    [
      'log prefix "accept, { drop }: " level info flags all drop',
      aside('log prefix "accept, { drop }: " level info flags all'),
      drop,
    ],
    [
      'log flags tcp sequence,options group 2 snaplen 10',
      aside('log flags tcp sequence,options group 2 snaplen 10'),
    ],
    ['last used never accept', aside('last'), accept],
    ['meta priority set 1:2', aside('meta priority set 1:2')],
    ['meta nftrace set 1 accept', aside('meta nftrace set 1'), accept],
    ['ct zone set 5', aside('ct zone set 5')],
    ['ct event set new,destroy', aside('ct event set new,destroy')],
    ['ct helper set "ftp-standard"', aside('ct helper set "ftp-standard"')],
    [
      'tcp flags syn tcp option maxseg size set rt mtu',
      isTcp,
      hasBit('tcp-flags', 2n),
      aside('tcp option maxseg size set rt mtu'),
    ],
    ['ip dscp set cs1', aside('ip dscp set cs1')],
    ['flow add @f', aside('flow add @f')],
    ['xt match "comment" xt target "NFLOG"', aside('xt match "comment"'), aside('xt target "NFLOG"')],
  ],
  'leaving conntrack out': [
    ['udp dport 53 notrack', isUdp, is('destination-port', 53n), { kind: 'untrack' }],
  ],
  'where the rules do not say what comes next': [
    ['queue flags bypass to 1-3', lost('queue flags bypass to 1-3')],
    [
      'tcp dport 80 tproxy to :50080 accept',
      isTcp,
      is('destination-port', 80n),
      lost('tproxy to :50080 accept'),
    ],
    [
      'synproxy mss 1460 wscale 7 timestamp sack-perm',
      lost('synproxy mss 1460 wscale 7 timestamp sack-perm'),
    ],
    ['dup to 192.0.2.1 device "eth0"', lost('dup to 192.0.2.1 device "eth0"')],
    ['fwd to "eth0"', lost('fwd to "eth0"')],
    ['xt target "NFQUEUE"', lost('xt target "NFQUEUE"')],
    ['# xt_DNAT', lost('# xt_DNAT')],
    ['frobnicate comment "accept"', lost('frobnicate')],
    ['ip daddr set 192.0.2.1 accept', lost('ip daddr set 192.0.2.1'), accept],
    // Where a word is not known, nobody knows where the statement ends.
    ['tcp dport 80 frobnicate 7 accept', isTcp, is('destination-port', 80n), lost('frobnicate 7 accept')],
    ['ip saddr vmap { 192.0.2.1 : frobnicate }', lost('ip saddr vmap { 192.0.2.1 : frobnicate }')],
    ['ip saddr nowhere drop', unknown('ip saddr nowhere'), drop],
    ['ip saddr { 192.0.2.1, nowhere } drop', unknown('ip saddr { 192.0.2.1, nowhere }'), drop],
  ],
  'what only people read': [
    ['accept comment "a, { b } # c"', accept],
    ['accept # handle 12', accept],
  ],
};

/** Rules that differ for packets of IPv6. */
export const specificationOfIpv6: readonly Specified[] = [
  [
    'ip6 saddr fd00::/64 ip6 daddr != ::1',
    isIn('source-address', between(0xfd00n << 112n, (0xfd00n << 112n) + (1n << 64n) - 1n)),
    isNot('destination-address', 1n),
  ],
  ['ip6 nexthdr tcp', isTcp],
  ['ip saddr 192.0.2.1 drop', is('nf-protocol', 2n), is('source-address', ip(192, 0, 2, 1)), drop],
  ['ip6 saddr ::ffff:192.0.2.1', is('source-address', 0xffff_c000_0201n)],
  ['dnat to fd00::1', { kind: 'destination-nat', to: { address: value((0xfd00n << 112n) + 1n) } }],
  [
    'meta l4proto tcp dnat to [fd00::1]-[fd00::3]:80-90',
    isTcp,
    {
      kind: 'destination-nat',
      to: { addresses: between((0xfd00n << 112n) + 1n, (0xfd00n << 112n) + 3n), ports: between(80n, 90n) },
    },
  ],
  [
    'meta l4proto tcp dnat to ip6 daddr map { fd00::1 : fd00::2 }:90',
    isTcp,
    {
      kind: 'destination-nat',
      to: {
        address: mapped('destination-address', data([(0xfd00n << 112n) + 1n, (0xfd00n << 112n) + 2n])),
        port: value(90n),
      },
    },
  ],
  ['reject', { kind: 'reject', with: 'icmpv6 port-unreachable' }],
];

export const families: readonly (readonly [Family, Readonly<Record<string, readonly Specified[]>>])[] = [
  ['IPv4', specification],
  ['IPv6', { 'packets of IPv6': specificationOfIpv6 }],
];

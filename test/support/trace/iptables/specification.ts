import type { Statement } from '../../../../src/rules-text/rule.ts';
import {
  and,
  aside,
  assigns,
  between,
  bits,
  compares,
  eitherPort,
  field,
  hasBit,
  hasNoBit,
  ip,
  isIn,
  isNotIn,
  isTracked,
  never,
  recent,
  stateAndTranslation,
  unknown,
  value,
  xor,
} from './terms.ts';

/** A rule and what it says to the trace. */
export interface Specified {
  /** What follows `-A CHAIN`, as iptables takes it. */
  readonly rule: string;
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly says: readonly Statement[];
}

const filter = rulesOf('filter');
const nat = rulesOf('nat');
const mangle = rulesOf('mangle');
const raw = rulesOf('raw');

/** Rules of iptables, by what they show. The chain OTHER stands beside them. */
export const specification: Readonly<Record<string, readonly Specified[]>> = {
  'source and destination': [
    filter('-s 192.0.2.7', isIn('source-address', ip(192, 0, 2, 7))),
    filter('-s 192.0.2.7/32', isIn('source-address', ip(192, 0, 2, 7))),
    filter('-d 10.96.0.0/12', isIn('destination-address', between(ip(10, 96, 0, 0), ip(10, 111, 255, 255)))),
    filter(
      '-d 10.96.0.0/255.240.0.0',
      isIn('destination-address', between(ip(10, 96, 0, 0), ip(10, 111, 255, 255))),
    ),
    filter('-d 10.96.3.4/12', isIn('destination-address', between(ip(10, 96, 0, 0), ip(10, 111, 255, 255)))),
    filter('! -s 127.0.0.0/8', isNotIn('source-address', between(ip(127, 0, 0, 0), ip(127, 255, 255, 255)))),
    filter('--source 192.0.2.7 --dst 192.0.2.8', [
      isIn('source-address', ip(192, 0, 2, 7)),
      isIn('destination-address', ip(192, 0, 2, 8)),
    ]),
    filter('-s 0.0.0.0/0', []),
    // A mask with a hole in it.
    filter(
      '-d 10.0.7.0/255.0.255.0',
      compares(and(field('destination-address'), ip(255, 0, 255, 0)), '==', ip(10, 0, 7, 0)),
    ),
    filter(
      '! -d 10.0.7.0/255.0.255.0',
      compares(and(field('destination-address'), ip(255, 0, 255, 0)), '!=', ip(10, 0, 7, 0)),
    ),
    filter(
      '-m iprange --src-range 192.0.2.5-192.0.2.9',
      isIn('source-address', between(ip(192, 0, 2, 5), ip(192, 0, 2, 9))),
    ),
    filter(
      '-m iprange ! --dst-range 192.0.2.5-192.0.2.9',
      isNotIn('destination-address', between(ip(192, 0, 2, 5), ip(192, 0, 2, 9))),
    ),
  ],
  protocols: [
    filter('-p tcp', isIn('protocol', 6n)),
    filter('-p 17', isIn('protocol', 17n)),
    filter('! -p sctp', isNotIn('protocol', 132n)),
    filter('-p all', []),
    filter('-p vrrp', isIn('protocol', 112n)),
    filter('-p ipencap', isIn('protocol', 4n)),
    // No packet of a Service is like these, whatever the rest asks.
    filter('-p icmp -m icmp --icmp-type 8', [isIn('protocol', 1n), isIn('protocol', 1n)]),
    filter('-p icmp -m icmp ! --icmp-type 8/0', [isIn('protocol', 1n), isIn('protocol', 1n)]),
    filter('-p esp -m esp --espspi 1:2', [isIn('protocol', 50n), isIn('protocol', 50n)]),
    filter('-p ah -m ah --ahspi 1', [isIn('protocol', 51n), isIn('protocol', 51n)]),
    filter('-p dccp -m dccp --dport 1', [isIn('protocol', 33n), isIn('protocol', 33n)]),
    filter('-f', never),
    filter('! -f', []),
  ],
  interfaces: [
    filter('-i eth0', isIn('input-interface', 'eth0')),
    filter('-o cali+', isIn('output-interface', { prefix: 'cali' })),
    filter('! -i docker0 -o docker0', [
      isNotIn('input-interface', 'docker0'),
      isIn('output-interface', 'docker0'),
    ]),
    filter('! -o cilium_+', isNotIn('output-interface', { prefix: 'cilium_' })),
    filter('-i +', []),
  ],
  ports: [
    filter('-p tcp -m tcp --dport 80', [isIn('protocol', 6n), isIn('destination-port', 80n)]),
    filter('-p tcp --dport 80', [isIn('protocol', 6n), isIn('destination-port', 80n)]),
    filter('-p udp -m udp --sport 67 --dport 68', [
      isIn('protocol', 17n),
      isIn('source-port', 67n),
      isIn('destination-port', 68n),
    ]),
    filter('-p tcp -m tcp --dport 30000:32767', [
      isIn('protocol', 6n),
      isIn('destination-port', between(30000n, 32767n)),
    ]),
    filter('-p tcp -m tcp ! --sport 1000:1023', [
      isIn('protocol', 6n),
      isNotIn('source-port', between(1000n, 1023n)),
    ]),
    filter('-p sctp -m sctp --dport 1024:', [
      isIn('protocol', 132n),
      isIn('destination-port', between(1024n, 65535n)),
    ]),
    filter('-p tcp -m multiport --dports 80,443,8000:8080', [
      isIn('protocol', 6n),
      isIn('destination-port', 80n, 443n, between(8000n, 8080n)),
    ]),
    filter('-p tcp -m multiport ! --sports 1,2', [isIn('protocol', 6n), isNotIn('source-port', 1n, 2n)]),
    filter('-p udp -m multiport --ports 53', [isIn('protocol', 17n), eitherPort(false, 53n)]),
    filter('-p udp -m multiport ! --ports 53', [isIn('protocol', 17n), eitherPort(true, 53n)]),
  ],
  'the flags of TCP': [
    filter('-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN', [
      isIn('protocol', 6n),
      compares(and(field('tcp-flags'), 23n), '==', 2n),
    ]),
    filter('-p tcp --syn', [isIn('protocol', 6n), compares(and(field('tcp-flags'), 23n), '==', 2n)]),
    filter('-p tcp ! --syn', [isIn('protocol', 6n), compares(and(field('tcp-flags'), 23n), '!=', 2n)]),
    filter('-p tcp -m tcp --tcp-flags ALL NONE', [
      isIn('protocol', 6n),
      compares(and(field('tcp-flags'), 63n), '==', 0n),
    ]),
    filter('-p tcp -m tcp --dport 80 --tcp-option 5', [
      isIn('protocol', 6n),
      isIn('destination-port', 80n),
      unknown('-m tcp --tcp-option 5'),
    ]),
  ],
  'the state of connections': [
    filter('-m conntrack --ctstate RELATED,ESTABLISHED', hasBit(field('ct-state'), 2n | 4n)),
    filter('-m conntrack ! --ctstate INVALID', hasNoBit(field('ct-state'), 1n)),
    filter('-m conntrack --ctstate NEW,UNTRACKED', hasBit(field('ct-state'), 8n | 64n)),
    filter('-m state --state NEW', hasBit(field('ct-state'), 8n)),
    filter('-m conntrack --ctstate DNAT', hasBit(field('ct-status'), 32n)),
    filter('-m conntrack ! --ctstate SNAT,DNAT', hasNoBit(field('ct-status'), 16n | 32n)),
    // Neither one of the states nor translated: both must hold.
    filter('-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT', [
      hasNoBit(field('ct-state'), 2n | 4n),
      hasNoBit(field('ct-status'), 32n),
    ]),
    // One of the states or translated: one question, with the status above the state.
    filter(
      '-m conntrack --ctstate RELATED,ESTABLISHED,DNAT',
      hasBit(stateAndTranslation, 2n | 4n | (32n << 8n)),
    ),
    filter('-m conntrack --ctstate NEW,SNAT', hasBit(stateAndTranslation, 8n | (16n << 8n))),
    // What else it asks needs an entry of conntrack.
    filter('-m conntrack --ctstatus EXPECTED', [isTracked, hasBit(field('ct-status'), 1n)]),
    filter('-m conntrack ! --ctstatus SEEN_REPLY,ASSURED', [
      isTracked,
      hasNoBit(field('ct-status'), 2n | 4n),
    ]),
    filter('-m conntrack --ctstatus NONE', [isTracked, hasBit(field('ct-status'), 0n)]),
    filter('-m conntrack --ctdir ORIGINAL', [isTracked, isIn('ct-direction', 0n)]),
    filter('-m conntrack --ctdir REPLY', [isTracked, isIn('ct-direction', 1n)]),
    filter('-m conntrack --ctproto 6', [isTracked, isIn('protocol', 6n)]),
    filter('-m conntrack --ctorigdst 203.0.113.7 --ctorigdstport 443', [
      isTracked,
      isIn('ct-original-destination-address', ip(203, 0, 113, 7)),
      isIn('ct-original-destination-port', 443n),
    ]),
    filter('-m conntrack --ctstate NEW ! --ctorigsrc 10.244.0.0/16', [
      hasBit(field('ct-state'), 8n),
      isNotIn('ct-original-source-address', between(ip(10, 244, 0, 0), ip(10, 244, 255, 255))),
    ]),
    filter('-m conntrack ! --ctorigsrcport 1:9', [
      isTracked,
      isNotIn('ct-original-source-port', between(1n, 9n)),
    ]),
    filter('-m conntrack --ctstate NEW --ctexpire 10:20', [
      hasBit(field('ct-state'), 8n),
      unknown('-m conntrack --ctexpire 10:20'),
    ]),
    // Packets without an entry are not asked for more.
    filter('-m conntrack --ctstate NEW,UNTRACKED --ctorigdst 192.0.2.1', [
      hasBit(field('ct-state'), 8n | 64n),
      unknown('-m conntrack --ctorigdst 192.0.2.1'),
    ]),
    filter('-m conntrack ! --ctstate DNAT --ctdir ORIGINAL', [
      hasNoBit(field('ct-status'), 32n),
      unknown('-m conntrack --ctdir ORIGINAL'),
    ]),
    filter('-m conntrack ! --ctstate INVALID,UNTRACKED --ctdir ORIGINAL', [
      hasNoBit(field('ct-state'), 1n | 64n),
      isIn('ct-direction', 0n),
    ]),
    filter('-m conntrack --ctreplsrc 192.0.2.1', [isTracked, unknown('-m conntrack --ctreplsrc 192.0.2.1')]),
  ],
  'the marks of packets and connections': [
    filter('-m mark --mark 0x4000/0x4000', compares(and(field('mark'), 0x4000n), '==', 0x4000n)),
    filter('-m mark ! --mark 0x4000/0x4000', compares(and(field('mark'), 0x4000n), '!=', 0x4000n)),
    filter('-m mark --mark 0x64', compares(field('mark'), '==', 0x64n)),
    filter('-m mark --mark 100', compares(field('mark'), '==', 100n)),
    filter('-m mark --mark 0x0/0x20000', compares(and(field('mark'), 0x20000n), '==', 0n)),
    filter('-m connmark --mark 0x1/0xff', [isTracked, compares(and(field('ct-mark'), 0xffn), '==', 1n)]),
    filter('-m connmark ! --mark 0x1', [isTracked, compares(field('ct-mark'), '!=', 1n)]),
  ],
  'parts of the packets': [
    filter('-m statistic --mode random --probability 0.25000000000', { kind: 'chance', probability: 0.25 }),
    filter('-m statistic --mode random ! --probability 0.25000000000', { kind: 'chance', probability: 0.75 }),
    filter('-m statistic --mode nth --every 4 --packet 0', { kind: 'chance', probability: 0.25 }),
    filter('-m statistic --mode nth ! --every 4 --packet 1', { kind: 'chance', probability: 0.75 }),
  ],
  'clients that a list remembers': [
    filter('-m recent --set --name WEB --mask 255.255.255.255 --rsource', recent('set')),
    filter('-m recent --rcheck --seconds 600 --reap --name WEB --mask 255.255.255.255 --rsource', {
      ...recent('check'),
      seconds: 600,
    }),
    filter('-m recent --rcheck --name WEB --rsource', recent('check')),
    filter('-m recent ! --update --seconds 5 --name WEB', { ...recent('update'), negated: true, seconds: 5 }),
    filter('-m recent --remove --name WEB --rdest', { ...recent('remove'), of: 'destination-address' }),
    filter('-m recent --rcheck', { ...recent('check'), list: 'DEFAULT' }),
    filter(
      '-m recent --update --seconds 30 --hitcount 6 --name WEB --mask 255.255.255.255 --rsource',
      unknown('-m recent --update --seconds 30 --hitcount 6 --name WEB --mask 255.255.255.255 --rsource'),
    ),
    filter(
      '-m recent --rcheck --rttl --name WEB --mask 255.255.255.255 --rsource',
      unknown('-m recent --rcheck --rttl --name WEB --mask 255.255.255.255 --rsource'),
    ),
    filter(
      '-m recent --rcheck --name NETS --mask 255.255.0.0 --rsource',
      unknown('-m recent --rcheck --name NETS --mask 255.255.0.0 --rsource'),
    ),
    // It always matches; only what the list holds then is more than an address.
    filter('-m recent --set --name NETS --mask 255.255.0.0 --rsource', {
      kind: 'no-op',
      text: '-m recent --set --name NETS --mask 255.255.0.0 --rsource',
    }),
  ],
  'kinds of addresses': [
    filter('-m addrtype --dst-type LOCAL', isIn('destination-address-type', 2n)),
    filter('-m addrtype ! --src-type LOCAL', isNotIn('source-address-type', 2n)),
    filter('-m addrtype --src-type UNICAST,LOCAL --dst-type MULTICAST', [
      isIn('source-address-type', 1n, 2n),
      isIn('destination-address-type', 5n),
    ]),
    // Not the node's own at all is not the node's own on an interface.
    filter('-m addrtype --dst-type LOCAL --limit-iface-in', [
      isIn('destination-address-type', 2n),
      unknown('-m addrtype --dst-type LOCAL --limit-iface-in'),
    ]),
    filter(
      '-m addrtype ! --src-type LOCAL --limit-iface-out',
      unknown('-m addrtype ! --src-type LOCAL --limit-iface-out'),
    ),
  ],
  'what only people read': [
    filter('-m comment --comment "shop/web:http cluster IP"', []),
    filter('-m comment --comment -j', []),
    filter('-m comment --comment one -m comment --comment two', []),
  ],
  'what cannot be read off a packet': [
    filter('-m limit --limit 3/min --limit-burst 10', unknown('-m limit --limit 3/min --limit-burst 10')),
    filter('-m physdev --physdev-is-bridged', unknown('-m physdev --physdev-is-bridged')),
    filter('-m u32 --u32 "0x0=0x1"', unknown('-m u32 --u32 "0x0=0x1"')),
    filter('-m string --string "-j DROP" --algo bm', unknown('-m string --string "-j DROP" --algo bm')),
    filter('-m policy --dir in --pol none', unknown('-m policy --dir in --pol none')),
    filter('-m ttl --ttl-gt 3 -m length --length 100:200', [
      unknown('-m ttl --ttl-gt 3'),
      unknown('-m length --length 100:200'),
    ]),
    filter('-m pkttype --pkt-type multicast', unknown('-m pkttype --pkt-type multicast')),
    filter('-m mac --mac-source 00:11:22:33:44:55', unknown('-m mac --mac-source 00:11:22:33:44:55')),
    filter('-m cpu --cpu 1', unknown('-m cpu --cpu 1')),
    filter('-p sctp -m sctp --dport 9 --chunk-types any INIT', [
      isIn('protocol', 132n),
      isIn('destination-port', 9n),
      unknown('-m sctp --chunk-types any INIT'),
    ]),
    raw('-m rpfilter --validmark --invert', unknown('-m rpfilter --validmark --invert')),
    mangle('-m socket --transparent', unknown('-m socket --transparent')),
  ],
  verdicts: [
    filter('-j ACCEPT', { kind: 'verdict', verdict: { kind: 'accept' } }),
    filter('-j DROP', { kind: 'verdict', verdict: { kind: 'drop' } }),
    filter('-j RETURN', { kind: 'verdict', verdict: { kind: 'return' } }),
    filter('-j OTHER', { kind: 'verdict', verdict: { kind: 'jump', chain: 'OTHER' } }),
    filter('-g OTHER', { kind: 'verdict', verdict: { kind: 'goto', chain: 'OTHER' } }),
    filter('', []),
    filter('-j REJECT --reject-with icmp-host-prohibited', { kind: 'reject', with: 'icmp-host-prohibited' }),
    filter('-j REJECT', { kind: 'reject', with: 'icmp-port-unreachable' }),
    filter('-p tcp -j REJECT --reject-with tcp-reset', [
      isIn('protocol', 6n),
      { kind: 'reject', with: 'tcp-reset' },
    ]),
  ],
  'translation of the destination': [
    nat('-j DNAT --to-destination 10.244.1.9', {
      kind: 'destination-nat',
      to: { address: value(ip(10, 244, 1, 9)) },
    }),
    nat('-p tcp -m tcp -j DNAT --to-destination 10.244.1.9:8080', [
      isIn('protocol', 6n),
      { kind: 'destination-nat', to: { address: value(ip(10, 244, 1, 9)), port: value(8080n) } },
    ]),
    nat('-p tcp -j DNAT --to-destination 10.244.1.9:8080 --random --persistent', [
      isIn('protocol', 6n),
      { kind: 'destination-nat', to: { address: value(ip(10, 244, 1, 9)), port: value(8080n) } },
    ]),
    nat('-j DNAT --to-destination 10.244.1.4-10.244.1.9', {
      kind: 'destination-nat',
      to: { addresses: between(ip(10, 244, 1, 4), ip(10, 244, 1, 9)) },
    }),
    nat('-p tcp -j DNAT --to-destination 10.244.1.4-10.244.1.9:80-90', [
      isIn('protocol', 6n),
      {
        kind: 'destination-nat',
        to: { addresses: between(ip(10, 244, 1, 4), ip(10, 244, 1, 9)), ports: between(80n, 90n) },
      },
    ]),
    nat('-p udp -j DNAT --to-destination :53', [
      isIn('protocol', 17n),
      { kind: 'destination-nat', to: { port: value(53n) } },
    ]),
    nat('-p udp -j DNAT --to-destination :50-59', [
      isIn('protocol', 17n),
      {
        kind: 'destination-nat',
        to: { port: { kind: 'number', method: 'random', modulus: 10, offset: 50 } },
      },
    ]),
    nat('-p tcp --dport 1000:2000 -j DNAT --to-destination 10.244.1.9:5000-6000/1000', [
      isIn('protocol', 6n),
      isIn('destination-port', between(1000n, 2000n)),
      {
        kind: 'destination-nat',
        to: { address: value(ip(10, 244, 1, 9)), port: { kind: 'unknown', text: '5000-6000/1000' } },
      },
    ]),
    nat('-p tcp -j REDIRECT', [isIn('protocol', 6n), { kind: 'redirect' }]),
    nat('-p tcp -j REDIRECT --to-ports 15001', [
      isIn('protocol', 6n),
      { kind: 'redirect', port: value(15001n) },
    ]),
    nat('-p tcp -j REDIRECT --to-ports 80-83 --random', [
      isIn('protocol', 6n),
      { kind: 'redirect', port: { kind: 'number', method: 'random', modulus: 4, offset: 80 } },
    ]),
    nat('-d 192.0.2.0/24 -j NETMAP --to 10.0.0.0/24', [
      isIn('destination-address', between(ip(192, 0, 2, 0), ip(192, 0, 2, 255))),
      { kind: 'unknown-statement', text: '-j NETMAP --to 10.0.0.0/24' },
    ]),
  ],
  'translation of the source': [
    nat('-j MASQUERADE', { kind: 'masquerade' }),
    nat('-j MASQUERADE --random-fully', { kind: 'masquerade' }),
    nat('-p tcp -j MASQUERADE --to-ports 1000-2000 --random', [isIn('protocol', 6n), { kind: 'masquerade' }]),
    nat('-j SNAT --to-source 192.0.2.1', { kind: 'source-nat', to: { address: value(ip(192, 0, 2, 1)) } }),
    nat('-p tcp -j SNAT --to-source :53', [
      isIn('protocol', 6n),
      { kind: 'source-nat', to: { port: value(53n) } },
    ]),
    nat('-p udp -j SNAT --to-source 192.0.2.1:1024-65535 --random-fully', [
      isIn('protocol', 17n),
      {
        kind: 'source-nat',
        to: { addresses: between(ip(192, 0, 2, 1), ip(192, 0, 2, 1)), ports: between(1024n, 65535n) },
      },
    ]),
  ],
  'setting marks': [
    mangle('-j MARK --set-xmark 0x4000/0x4000', assigns('mark', bits(field('mark'), '|', 0x4000n))),
    mangle('-j MARK --set-xmark 0x4000/0x0', assigns('mark', bits(field('mark'), '^', 0x4000n))),
    mangle('-j MARK --set-xmark 0x0/0x10000', assigns('mark', and(field('mark'), 0xfffeffffn))),
    mangle(
      '-j MARK --set-xmark 0xc00/0xf00',
      assigns('mark', bits(and(field('mark'), 0xfffff0ffn), '^', 0xc00n)),
    ),
    mangle('-j MARK --set-xmark 0x200/0xffffffff', assigns('mark', value(0x200n))),
    mangle('-j MARK --set-mark 0x64', assigns('mark', value(0x64n))),
    mangle('-j MARK --set-mark 0x1f/0xf', assigns('mark', bits(field('mark'), '|', 0x1fn))),
    mangle('-j MARK --or-mark 0x10', assigns('mark', bits(field('mark'), '|', 0x10n))),
    mangle('-j MARK --and-mark 0xff', assigns('mark', and(field('mark'), 0xffn))),
    mangle('-j MARK --xor-mark 0x10', assigns('mark', bits(field('mark'), '^', 0x10n))),
    mangle(
      '-j CONNMARK --set-xmark 0x1/0xff',
      assigns('ct-mark', bits(and(field('ct-mark'), 0xffffff00n), '^', 1n)),
    ),
    mangle('-j CONNMARK --save-mark', assigns('ct-mark', field('mark'))),
    mangle(
      '-j CONNMARK --save-mark --nfmask 0xf --ctmask 0xff',
      assigns('ct-mark', xor(and(field('ct-mark'), 0xffffff00n), and(field('mark'), 0xfn))),
    ),
    mangle(
      '-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff',
      assigns('mark', field('ct-mark')),
    ),
    mangle(
      '-j CONNMARK --restore-mark --mask 0xff00',
      assigns('mark', xor(and(field('mark'), 0xffff00ffn), and(field('ct-mark'), 0xff00n))),
    ),
    mangle(
      '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff --left-shift-mark 3',
      assigns('mark', {
        kind: 'unknown',
        text: '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff --left-shift-mark 3',
      }),
    ),
  ],
  'what does not decide where the packet goes': [
    filter('-j LOG --log-prefix "[UFW BLOCK] "', aside('-j LOG --log-prefix "[UFW BLOCK] "')),
    filter('-j NFLOG --nflog-group 100', aside('-j NFLOG --nflog-group 100')),
    filter('-j AUDIT --type drop', aside('-j AUDIT --type drop')),
    raw('-j TRACE', aside('-j TRACE')),
    raw('-j CT --zone 3', aside('-j CT --zone 3')),
    mangle('-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu', [
      isIn('protocol', 6n),
      compares(and(field('tcp-flags'), 6n), '==', 2n),
      aside('-j TCPMSS --clamp-mss-to-pmtu'),
    ]),
    mangle('-j CHECKSUM --checksum-fill', aside('-j CHECKSUM --checksum-fill')),
    mangle('-j CLASSIFY --set-class 0001:0010', aside('-j CLASSIFY --set-class 0001:0010')),
    mangle('-j DSCP --set-dscp 0x0a', aside('-j DSCP --set-dscp 0x0a')),
    mangle('-j TTL --ttl-set 3', aside('-j TTL --ttl-set 3')),
  ],
  'leaving conntrack out': [
    raw('-j NOTRACK', { kind: 'untrack' }),
    raw('-j CT --notrack', { kind: 'untrack' }),
  ],
  'where the rules do not say what comes next': [
    filter('-j NFQUEUE --queue-num 3 --queue-bypass', {
      kind: 'unknown-statement',
      text: '-j NFQUEUE --queue-num 3 --queue-bypass',
    }),
    filter('-p tcp -j SYNPROXY --sack-perm', [
      isIn('protocol', 6n),
      { kind: 'unknown-statement', text: '-j SYNPROXY --sack-perm' },
    ]),
    mangle('-j TEE --gateway 10.0.0.1', { kind: 'unknown-statement', text: '-j TEE --gateway 10.0.0.1' }),
    mangle('-p tcp -j TPROXY --on-port 3421 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff', [
      isIn('protocol', 6n),
      {
        kind: 'unknown-statement',
        text: '-j TPROXY --on-port 3421 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff',
      },
    ]),
  ],
};

function rulesOf(table: Specified['table']) {
  return (rule: string, says: Statement | readonly Statement[]): Specified => ({
    rule,
    table,
    says: 'kind' in says ? [says] : says,
  });
}

import { describe, expect, test } from 'vitest';
import { conciseRule, senderCondition, serviceInComment } from '../../../src/explain/reason/rule-words.ts';

describe('what a rule asks of the sender', () => {
  test.each([
    [
      '-A KUBE-SVC-A ! -s 10.244.0.0/16 -d 10.96.0.1/32 -j X',
      { kind: 'network', network: '10.244.0.0/16', negated: true },
    ],
    ['-A KUBE-FW-A -s 203.0.113.0/24 -j X', { kind: 'network', network: '203.0.113.0/24', negated: false }],
    [
      'ip saddr != 10.244.0.0/16 ip daddr @cluster-ips jump X',
      { kind: 'network', network: '10.244.0.0/16', negated: true },
    ],
    ['ip6 saddr fd00:10:244::/56 goto X', { kind: 'network', network: 'fd00:10:244::/56', negated: false }],
    [
      'ip saddr != { 10.0.0.0/8, 192.0.2.7 } drop',
      { kind: 'network', network: '{ 10.0.0.0/8, 192.0.2.7 }', negated: true },
    ],
    ['-A KUBE-SVC-A ! -i cni0 -d 10.96.0.1/32 -j X', { kind: 'interface', interface: 'cni0', negated: true }],
    ['iifname "veth*" goto X', { kind: 'interface', interface: 'veth*', negated: false }],
    ['-A KUBE-EXT-A -m addrtype --src-type LOCAL -j X', { kind: 'local' }],
    ['fib saddr type local goto X', { kind: 'local' }],
    ['-A X -m comment --comment "send -s 1.2.3.4/32 away" -j Y', undefined],
    ['ip daddr 10.0.0.1 drop', undefined],
  ])('%s', (rule, expected) => {
    expect(senderCondition(rule)).toEqual(expected);
  });
});

describe('a rule without what is said of it elsewhere', () => {
  test.each([
    [
      '-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m comment --comment "a \\"b\\" c" -m tcp --dport 80 -j X',
      '-d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j X',
    ],
    ['-A INPUT -m comment --comment short -j ACCEPT', '-j ACCEPT'],
    ['-A X -m comment --comment one -m comment --comment "and two" -j DROP', '-j DROP'],
    ['-A INPUT -j ACCEPT', '-j ACCEPT'],
    ['ip daddr @x reject comment "to nobody"', 'ip daddr @x reject'],
  ])('%s', (rule, expected) => {
    expect(conciseRule(rule)).toBe(expected);
  });
});

describe('the service port that a comment names', () => {
  test.each([
    ['default/web:http cluster IP', 'default/web:http'],
    ['masquerade traffic for shop/web external destinations', 'shop/web'],
    ['default/web:http -> 10.0.0.1:80', 'default/web:http'],
    ['kubernetes service portals', undefined],
    ['helper for @no-endpoint-services / @no-endpoint-nodeports', undefined],
    ['see /etc/cni/net.d', undefined],
    ['from 10.0.0.0/8', undefined],
  ])('%s', (comment, expected) => {
    expect(serviceInComment(comment)).toBe(expected);
  });
});

import { describe, expect, test } from 'vitest';
import { packet, reasonOf } from '../../support/explain/traces.ts';
import { address } from '../../support/records.ts';

const toChain = (chain: string) => ({ kind: 'jump', chain }) as const;
const fromNode = { ...packet, source: address('192.168.50.10') };

describe('the reason of a rule in a chain of a service proxy', () => {
  test.each([
    [
      'KUBE-SERVICES',
      '-A KUBE-SERVICES -d 10.96.20.10/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-A',
      'shop/web:http cluster IP',
      'KUBE-SVC-A',
      'matched: ClusterIP of shop/web:http',
    ],
    [
      'KUBE-SERVICES',
      '-A KUBE-SERVICES -d 10.96.20.10/32 -j KUBE-SVL-A',
      'shop/web:http cluster IP',
      'KUBE-SVL-A',
      'matched: ClusterIP of shop/web:http, internalTrafficPolicy Local: only endpoints on this node',
    ],
    [
      'KUBE-SERVICES',
      '-A KUBE-SERVICES -j KUBE-FW-A',
      'shop/web loadbalancer IP',
      'KUBE-FW-A',
      'matched: load balancer IP of shop/web',
    ],
    [
      'KUBE-SERVICES',
      '-A KUBE-SERVICES -j KUBE-EXT-A',
      'shop/web external IP',
      'KUBE-EXT-A',
      'matched: external IP of shop/web',
    ],
    [
      'KUBE-NODEPORTS',
      '-A KUBE-NODEPORTS -p tcp --dport 30080 -j KUBE-EXT-A',
      'shop/web',
      'KUBE-EXT-A',
      'matched: node port of shop/web',
    ],
    [
      'KUBE-FW-A',
      '-A KUBE-FW-A -s 10.0.0.0/8 -j KUBE-EXT-A',
      'shop/web loadbalancer IP',
      'KUBE-EXT-A',
      'loadBalancerSourceRanges (10.0.0.0/8) hold 10.244.1.5',
    ],
    [
      'KUBE-EXT-A',
      '-A KUBE-EXT-A -s 10.244.0.0/16 -j KUBE-SVC-A',
      'pod traffic for shop/web external destinations',
      'KUBE-SVC-A',
      'the client is a pod (in 10.244.0.0/16): every endpoint may serve, whatever externalTrafficPolicy',
    ],
    [
      'KUBE-EXT-A',
      '-A KUBE-EXT-A -i cni0 -j KUBE-SVC-A',
      'pod traffic for shop/web external destinations',
      'KUBE-SVC-A',
      'the client is a pod (it comes in by cni0): every endpoint may serve, whatever externalTrafficPolicy',
    ],
    [
      'KUBE-EXT-A',
      '-A KUBE-EXT-A -j KUBE-SVL-A',
      '',
      'KUBE-SVL-A',
      'externalTrafficPolicy Local: only endpoints on this node',
    ],
    [
      'KUBE-EXT-A',
      '-A KUBE-EXT-A -j KUBE-MARK-MASQ',
      'masquerade traffic for shop/web external destinations',
      'KUBE-MARK-MASQ',
      'marked for masquerading: externalTrafficPolicy is Cluster',
    ],
    [
      'KUBE-EXT-A',
      '-A KUBE-EXT-A -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
      '',
      'KUBE-MARK-MASQ',
      'marked for masquerading: the node itself sends',
    ],
    [
      'KUBE-SVC-A',
      '-A KUBE-SVC-A ! -s 10.244.0.0/16 -d 10.96.20.10/32 -j KUBE-MARK-MASQ',
      '',
      'KUBE-MARK-MASQ',
      'marked for masquerading: the client is outside the cluster (not in 10.244.0.0/16)',
    ],
    [
      'KUBE-SVC-A',
      '-A KUBE-SVC-A ! -i cni0 -d 10.96.20.10/32 -j KUBE-MARK-MASQ',
      '',
      'KUBE-MARK-MASQ',
      'marked for masquerading: the client is outside the cluster (it does not come in by cni0)',
    ],
    [
      'KUBE-SVC-A',
      '-A KUBE-SVC-A -d 10.96.20.10/32 -j KUBE-MARK-MASQ',
      '',
      'KUBE-MARK-MASQ',
      'marked for masquerading: all traffic to ClusterIPs is (masqueradeAll)',
    ],
    [
      'KUBE-SEP-A',
      '-A KUBE-SEP-A -s 10.244.1.5/32 -j KUBE-MARK-MASQ',
      'shop/web',
      'KUBE-MARK-MASQ',
      'marked for masquerading: the client is the endpoint itself (hairpin)',
    ],
    [
      'KUBE-SVC-A',
      '-A KUBE-SVC-A -m recent --rcheck --seconds 10800 --name KUBE-SEP-A -j KUBE-SEP-A',
      '',
      'KUBE-SEP-A',
      'session affinity: the endpoint that the client had before',
    ],
  ])('%s of iptables: %s', (chain, rule, comment, next, reason) => {
    expect(reasonOf({ chain, rule, comment, effect: toChain(next) })).toBe(reason);
  });

  test.each([
    [
      'services',
      'ip daddr @cluster-ips ip saddr != 10.244.0.0/16 meta mark set meta mark | 0x00004000',
      'marked for masquerading: the client is outside the cluster (not in 10.244.0.0/16)',
    ],
    [
      'external-E2IH552V-shop/web/tcp/http',
      'meta mark set meta mark | 0x00004000',
      'marked for masquerading: externalTrafficPolicy is Cluster',
    ],
    [
      'external-E2IH552V-shop/web/tcp/http',
      'fib saddr type local meta mark set meta mark | 0x00004000',
      'marked for masquerading: the node itself sends',
    ],
  ])('%s of kube-proxy in mode nftables, which marks by itself: %s', (chain, rule, reason) => {
    const effect = { kind: 'mark', mark: 0x4000n, field: 'mark' } as const;
    expect(reasonOf({ table: 'nft ip kube-proxy', chain, rule, effect })).toBe(reason);
  });

  test.each([
    [
      'iptables filter',
      'KUBE-SERVICES',
      'shop/web:http has no local endpoints',
      'drop',
      'dropped: internalTrafficPolicy Local and no endpoint on this node',
    ],
    [
      'iptables filter',
      'KUBE-EXTERNAL-SERVICES',
      'shop/web:http has no local endpoints',
      'drop',
      'dropped: externalTrafficPolicy Local and no endpoint on this node',
    ],
    [
      'iptables filter',
      'KUBE-PROXY-FIREWALL',
      'shop/web:http traffic not accepted by KUBE-FW-A',
      'drop',
      'dropped: loadBalancerSourceRanges of shop/web:http do not hold 10.244.1.5',
    ],
    [
      'iptables filter',
      'KUBE-FIREWALL',
      'block incoming localnet connections',
      'drop',
      'dropped: nobody but the node itself may send to 127.0.0.0/8',
    ],
    [
      'nft ip portolan',
      'KUBE-CLUSTER-IPS',
      '',
      'drop',
      'dropped: 10.96.20.10 is in the service network, and no Service has it',
    ],
  ] as const)('%s %s drops: %s', (table, chain, comment, kind, reason) => {
    expect(reasonOf({ table, chain, comment, effect: { kind } })).toBe(reason);
  });

  test.each([
    [
      'iptables filter',
      'KUBE-SERVICES',
      'shop/web:http has no endpoints',
      'rejected: shop/web:http has no endpoints',
    ],
    ['nft ip kube-proxy', 'reject-chain', '', 'rejected: the Service has no endpoints'],
    [
      'nft ip portolan',
      'KUBE-CLUSTER-IPS',
      '',
      'rejected: 10.96.20.10 is the ClusterIP of a Service that has no port 80/TCP',
    ],
  ])('%s %s rejects: %s', (table, chain, comment, reason) => {
    expect(reasonOf({ table, chain, comment, effect: { kind: 'reject', with: 'tcp reset' } })).toBe(reason);
  });

  test('the node itself is told from a client outside the cluster', () => {
    const rule = '-A KUBE-SVC-A ! -s 10.244.0.0/16 -d 10.96.20.10/32 -j KUBE-MARK-MASQ';
    expect(reasonOf({ chain: 'KUBE-SVC-A', rule, effect: toChain('KUBE-MARK-MASQ') }, fromNode)).toBe(
      'marked for masquerading: the node itself sends, from an address not in 10.244.0.0/16',
    );
  });

  test('a health check node port is told with its Service', () => {
    const comment = 'shop/web:http health check node port';
    const where = { table: 'iptables filter', chain: 'KUBE-NODEPORTS', comment };
    expect(reasonOf(where)).toBe('accepted: health check node port of shop/web:http');
  });
});

describe('the reason of a rule of another program', () => {
  test.each([
    ['iptables filter', 'FLANNEL-FWD', 'flanneld forward', 'accepted by flannel (“flanneld forward”)'],
    ['iptables filter', 'cali-FORWARD', 'cali:S93hcgKJrXEqnTfs', 'accepted by Calico'],
    [
      'iptables filter',
      'cali-INPUT',
      'cali:S93hcgKJrXEqnTfs Allow IPIP',
      'accepted by Calico (“Allow IPIP”)',
    ],
    ['iptables filter', 'DOCKER-USER', '', 'accepted by Docker'],
    ['nft inet firewalld', 'filter_FORWARD', '', 'accepted by firewalld'],
    ['iptables filter', 'MY-CHAIN', 'allow the office', 'accepted (“allow the office”)'],
    ['iptables filter', 'INPUT', '', 'accepted'],
  ])('%s %s (%s)', (table, chain, comment, reason) => {
    expect(reasonOf({ table, chain, comment })).toBe(reason);
  });

  test.each([
    ['PREROUTING', 'CNI-HOSTPORT-DNAT', 'goes through the rules of the CNI plugin portmap'],
    ['CNI-HOSTPORT-DNAT', 'CNI-DN-0123456789abcdef01234', 'goes through CNI-DN-0123456789abcdef01234'],
    ['PREROUTING', 'MY-CHAIN', 'goes through MY-CHAIN'],
    ['PREROUTING', 'KUBE-SERVICES', 'is it for a Service?'],
  ])('that leads from %s to %s', (chain, next, reason) => {
    expect(reasonOf({ chain, effect: toChain(next) })).toBe(reason);
  });

  test('that nobody knows the meaning of', () => {
    const effect = { kind: 'unknown', text: '-j NFQUEUE --queue-num 1' } as const;
    expect(reasonOf({ table: 'iptables filter', chain: 'FORWARD', effect })).toBe(
      'unknown from here: -j NFQUEUE --queue-num 1',
    );
  });
});

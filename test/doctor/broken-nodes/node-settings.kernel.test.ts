import { beforeEach, describe, expect, test } from 'vitest';
import type { Severity } from '../../../src/doctor/check.ts';
import { addresses, ports } from '../../support/doctor/broken-nodes/addresses.ts';
import {
  type Asking,
  ask,
  clientAsksNodePort,
  inVain,
  nodeAsksPod,
  nodeAsksService,
  type Outcome,
  podAsksService,
} from '../../support/doctor/broken-nodes/ask.ts';
import { healthyObjects } from '../../support/doctor/broken-nodes/objects.ts';
import { createTestNode, findingsOf, type TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

interface BrokenNode {
  readonly what: string;
  /** The pods that serve; both where absent. */
  readonly endpoints?: readonly (0 | 1)[];
  readonly mode?: 'iptables' | 'nftables';
  /** Commands on the node. */
  readonly broken: readonly string[];
  /** Somebody who is answered before, and not after. */
  readonly asked: (node: TestNode, asking?: Asking) => Promise<Outcome>;
  readonly check: string;
  readonly severity: Severity;
  readonly finding: RegExp;
  readonly next: string;
}

const brokenNodes: readonly BrokenNode[] = [
  {
    what: 'ip_forward is off',
    broken: ['sysctl -w net.ipv4.ip_forward=0'],
    asked: clientAsksNodePort,
    check: 'forwarding',
    severity: 'fault',
    finding: /^the node forwards no IPv4 packets/,
    next: 'sysctl -w net.ipv4.ip_forward=1',
  },
  {
    what: 'forwarding is off for IPv6',
    broken: [
      'sysctl -w net.ipv6.conf.all.forwarding=0',
      'ip -6 route add default via fd00:50::1 dev eth0 || true',
    ],
    asked: (node, asking) => clientAsksNodePort(node, { ...asking, family: 'IPv6' }),
    check: 'forwarding',
    severity: 'fault',
    finding: /^the node forwards no IPv6 packets/,
    next: 'sysctl -w net.ipv6.conf.all.forwarding=1',
  },
  {
    what: 'forwarding is off for the uplink alone',
    broken: ['sysctl -w net.ipv4.conf.eth0.forwarding=0'],
    asked: clientAsksNodePort,
    check: 'forwarding',
    severity: 'fault',
    finding: /^packets that come in by eth0 are not forwarded$/,
    next: 'sysctl -w net.ipv4.conf.eth0.forwarding=1',
  },
  {
    what: 'bridged packets do not pass the rules, and the endpoint is on the same bridge',
    endpoints: [1],
    broken: ['sysctl -w net.bridge.bridge-nf-call-iptables=0'],
    asked: podAsksService,
    check: 'bridge-nf-call-iptables',
    severity: 'fault',
    finding: /^IPv4 packets between pods of cni0 do not pass the rules/,
    next: 'sysctl -w net.bridge.bridge-nf-call-iptables=1',
  },
  {
    what: 'a pod that is its own endpoint, without hairpin mode',
    endpoints: [0],
    broken: ['bridge link set dev veth0 hairpin off'],
    asked: podAsksService,
    check: 'hairpin',
    severity: 'warning',
    finding: /^a pod behind veth0 cannot reach itself through its Service/,
    next: 'bridge link set dev veth0 hairpin on',
  },
  {
    what: 'no route to the addresses of Services',
    broken: ['ip route del default'],
    asked: nodeAsksService,
    check: 'routes',
    severity: 'fault',
    finding: /^there is no route to the address 10\.96\.0\.10 of a Service/,
    next: 'ip route add 10.96.0.0/16 dev',
  },
  {
    what: 'a neighbour entry of a pod that was there before',
    broken: ['ip neighbour replace 10.244.0.5 lladdr 02:00:00:00:00:99 dev cni0 nud permanent'],
    asked: nodeAsksPod,
    check: 'neighbours',
    severity: 'fault',
    finding:
      /^the entry for pod 10\.244\.0\.5 has the hardware address of somebody else \(02:00:00:00:00:99, not/,
    next: 'ip neighbour del 10.244.0.5 dev cni0',
  },
  {
    what: 'an overlay that does not know where a node is',
    broken: [`bridge fdb del 02:00:00:00:00:11 dev flannel.1 dst ${addresses.other.IPv4}`],
    asked: async (node, asking) => {
      const { IPv4: address } = addresses.farPod;
      await using _ = await node.other.listen({ protocol: 'tcp', address, port: ports.target });
      return await ask(node.pods[0], addresses.pods[0].IPv4, address, ports.target, asking);
    },
    check: 'neighbours',
    severity: 'fault',
    finding:
      /^flannel\.1 does not know which node has 02:00:00:00:00:11: packets to pods of 10\.244\.1\.0\/24 are dropped$/,
    next: 'bridge fdb append 02:00:00:00:00:11 dev flannel.1',
  },
  {
    what: 'node ports on 127.0.0.1 without route_localnet',
    mode: 'iptables',
    broken: ['sysctl -w net.ipv4.conf.all.route_localnet=0'],
    asked: (node, asking) => ask(node.node, addresses.localhost, addresses.localhost, ports.node, asking),
    check: 'route-localnet',
    severity: 'fault',
    finding: /^node ports do not answer on 127\.0\.0\.1/,
    next: 'sysctl -w net.ipv4.conf.all.route_localnet=1',
  },
  {
    what: "a policy rule that takes the proxy's mark for its own",
    broken: ['ip rule add fwmark 0x4000/0x4000 lookup 99', 'ip route add blackhole default table 99'],
    asked: clientAsksNodePort,
    check: 'marks',
    severity: 'warning',
    finding: /^packets that the proxy marks for masquerading \(0x4000\) are routed by table 99/,
    next: 'masqueradeBit',
  },
];

describe('doctor names the cause when', () => {
  test.each(brokenNodes)('$what', async ({ mode = 'nftables', endpoints, ...broken }) => {
    await using node = await createTestNode({ mode });
    await node.writeObjects(healthyObjects(endpoints));
    await node.program();
    expect(await broken.asked(node)).toBe('answered');
    for (const command of broken.broken) await node.node.exec('sh', ['-c', command]);
    expect(await broken.asked(node, inVain)).not.toBe('answered');

    const { status, report } = await node.doctor(['--only', broken.check]);
    const bad = findingsOf(report, broken.check).filter(({ severity }) => severity !== 'ok');
    expect(bad).toEqual([
      {
        severity: broken.severity,
        looked: expect.any(String),
        finding: expect.stringMatching(broken.finding),
        next: expect.stringContaining(broken.next),
      },
    ]);
    expect(status).toBe(broken.severity === 'fault' ? 2 : 1);
  });
});

import { beforeEach, expect, test } from 'vitest';
import { everybodyAsks } from '../../support/doctor/broken-nodes/ask.ts';
import { createTestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

/** What stands on healthy nodes, too. `$other` is the namespace of somebody at the other end. */
const additions = [
  // Docker, with a container, and without hairpin mode.
  'ip link add docker0 type bridge && ip address add 172.17.0.1/16 dev docker0 && ip link set docker0 up',
  'ip link add vethc type veth peer name ethc netns $other && ip link set vethc master docker0 up',
  // A network for storage, without a gateway, and a strict filter everywhere.
  'ip link add eth1 type veth peer name eth1 netns $other && ip address add 192.168.52.10/24 dev eth1 && ip link set eth1 up',
  'sysctl -w net.ipv4.conf.all.rp_filter=1',
  // A private network that holds all others, one more default route, and unused addresses of pods.
  'ip route add 10.0.0.0/8 via 192.168.50.1',
  'ip route add default via 192.168.50.1 metric 500',
  'ip route add blackhole 10.244.0.64/26',
  // wg-quick, and a CNI plugin with a mark of its own.
  'ip rule add not fwmark 0xca6c lookup 51820',
  'ip rule add fwmark 0x200/0xf00 lookup 2004',
  // Somebody asked for an address that is nobody's.
  'ip neighbour add 10.244.0.99 dev cni0 nud failed',
];

test.each(['iptables', 'nftables'] as const)(
  'what stands on a healthy node besides is no trouble, mode %s',
  async (mode) => {
    await using node = await createTestNode({ mode });
    await node.program();
    for (const command of additions) {
      await node.node.exec('sh', ['-c', command], { env: { other: node.other.namespace } });
    }
    expect(new Set(Object.values(await everybodyAsks(node)))).toEqual(new Set(['answered']));
    const { status, report } = await node.doctor();
    const told = report.checks.flatMap(({ check, findings }) =>
      findings.filter(({ severity }) => severity !== 'ok').map((finding) => ({ check, ...finding })),
    );
    expect(told).toEqual([]);
    expect(status).toBe(0);
  },
);

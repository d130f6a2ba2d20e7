import { beforeEach, describe, expect, test } from 'vitest';
import { address, addresses, ports } from '../../support/doctor/broken-nodes/addresses.ts';
import { type Asking, ask, inVain } from '../../support/doctor/broken-nodes/ask.ts';
import { healthyObjects } from '../../support/doctor/broken-nodes/objects.ts';
import { createTestNode, findingsOf, type TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

describe('a node with a second uplink, which its own address is on, and a default route by the first', () => {
  test('a strict filter drops clients from beyond, and a loose one does not', async () => {
    await using node = await twoUplinks();
    expect(await clientAsks(node)).toBe('answered');
    await node.set({ [filter]: '1' });
    expect(await clientAsks(node, inVain)).toBe('ETIMEDOUT');
    const { status, report } = await node.doctor();
    expect(status).toBe(2);
    expect(findingsOf(report, 'rp-filter')).toMatchObject([
      {
        severity: 'fault',
        looked: expect.stringMatching(
          /net\.ipv4\.conf\.eth1\.rp_filter = 1, .* by eth0; [1-9]\d* packets dropped since boot/,
        ),
        finding: expect.stringContaining(
          'the reverse path filter drops what clients beyond 192.168.51.0/24 send to 192.168.51.10: it comes in by eth1, but the way back leaves by eth0',
        ),
        next: expect.stringContaining('sysctl -w net.ipv4.conf.eth1.rp_filter=2'),
      },
    ]);

    await node.set({ [filter]: '2' });
    expect(await clientAsks(node)).toBe('answered');
    expect((await node.doctor(['--only', 'rp-filter'])).status).toBe(0);
  });

  test("a routing rule for the node's address does not help node ports: the return route is the pod's", async () => {
    await using node = await twoUplinks();
    await node.set({ [filter]: '1' });
    await node.node.exec('ip', ['rule', 'add', 'from', String(second), 'lookup', '51']);
    await node.node.exec('ip', ['route', 'add', 'default', 'via', '192.168.51.1', 'table', '51']);
    expect(await clientAsks(node, inVain)).toBe('ETIMEDOUT');
    const { report } = await node.doctor(['--only', 'rp-filter']);
    expect(findingsOf(report, 'rp-filter')).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringMatching(
          /\(node ports\): .* the way back from pod 10\.244\.0\.\d leaves by eth0$/,
        ),
      },
    ]);
  });
});

test('a strict filter on a node with one uplink drops nothing, and doctor says nothing', async () => {
  await using node = await createTestNode({ mode: 'iptables' });
  await node.program();
  await node.set({ 'net/ipv4/conf/all/rp_filter': '1' });
  const nodePort = () => ask(node.other, addresses.client.IPv4, addresses.node.IPv4, ports.node);
  expect(await nodePort()).toBe('answered');
  const { status, report } = await node.doctor(['--only', 'rp-filter']);
  expect(status).toBe(0);
  expect(findingsOf(report, 'rp-filter')[0]?.finding).toBe(
    'strict on eth0, cni0, flannel.1, where the way back is the same',
  );
});

const filter = 'net/ipv4/conf/eth1/rp_filter';
const second = address('192.168.51.10');
const stranger = address('203.0.113.9');

async function twoUplinks(): Promise<TestNode> {
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await createTestNode({ mode: 'iptables' }));
  const cable = [
    'link',
    'add',
    'eth1',
    'type',
    'veth',
    'peer',
    'name',
    'eth1',
    'netns',
    node.other.namespace,
  ];
  await node.node.exec('ip', cable);
  await node.node.exec('sh', ['-c', `ip addr add ${second}/24 dev eth1 && ip link set eth1 up`]);
  await node.other.exec('sh', [
    '-c',
    `ip addr add 192.168.51.1/24 dev eth1 && ip link set eth1 up && ip addr add ${stranger} dev lo`,
  ]);
  await node.writeObjects(healthyObjects().replace(`"${addresses.node.IPv4}"`, `"${second}"`));
  await node.program();
  stack.move();
  return node;
}

function clientAsks({ other }: TestNode, asking: Asking = {}) {
  return ask(other, stranger, second, ports.node, asking);
}

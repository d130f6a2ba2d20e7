import { beforeEach, expect, test } from 'vitest';
import { inVain, nodeAsksPod } from '../../support/doctor/broken-nodes/ask.ts';
import { healthyConfig, healthyObjects } from '../../support/doctor/broken-nodes/objects.ts';
import { createTestNode, findingsOf } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

test("another node has this node's pod CIDR, and routes lead there", async () => {
  await using node = await createTestNode({ mode: 'nftables' });
  await node.program();
  expect(await nodeAsksPod(node)).toBe('answered');
  await node.node.exec('ip', ['route', 'add', '10.244.0.0/25', 'via', '192.168.50.11', 'dev', 'eth0']);
  expect(await nodeAsksPod(node, inVain)).not.toBe('answered');

  const { status, report } = await node.doctor();
  expect(status).toBe(2);
  expect(findingsOf(report, 'cidrs')).toMatchObject([
    {
      severity: 'fault',
      looked:
        'the route to 10.244.0.0/25 via 192.168.50.11 dev eth0, the pod CIDR 10.244.0.0/24 of Node node-0',
      next: expect.stringContaining('ip route del 10.244.0.0/25 via 192.168.50.11 dev eth0'),
    },
  ]);
  expect(findingsOf(report, 'routes')[0]?.finding).toMatch(
    /^the route to 10\.244\.0\.[56], 10\.244\.0\.[56] leads to eth0, but those pods are behind cni0/,
  );
});

test("the node's own network lies inside the service CIDR", async () => {
  await using node = await createTestNode({ mode: 'nftables' });
  await node.writeObjects(healthyObjects().replace('10.96.0.0/16', '192.168.0.0/16'));
  await node.program();
  const { status, report } = await node.doctor(['--only', 'cidrs']);
  expect(status).toBe(2);
  expect(findingsOf(report, 'cidrs')).toMatchObject([
    {
      severity: 'fault',
      looked: 'the service CIDR 192.168.0.0/16 (ServiceCIDR kubernetes), the network 192.168.50.0/24 of eth0',
    },
  ]);
});

test('pods and Services have networks that overlap', async () => {
  await using node = await createTestNode({ mode: 'nftables' });
  await node.writeObjects(healthyObjects().replace('10.96.0.0/16', '10.0.0.0/8'));
  const { report } = await node.doctor(['--only', 'cidrs']);
  expect(findingsOf(report, 'cidrs').map(({ looked }) => looked)).toEqual([
    'the service CIDR 10.0.0.0/8 (ServiceCIDR kubernetes), the pod CIDR 10.244.0.0/24 of Node node-0',
  ]);
});

test("clusterCIDR holds the nodes' network", async () => {
  await using node = await createTestNode({ mode: 'nftables' });
  await node.writeConfig(healthyConfig('nftables').replace('10.244.0.0/16', '192.168.0.0/16'));
  const { report } = await node.doctor(['--only', 'cidrs', '--family', 'IPv4']);
  expect(findingsOf(report, 'cidrs').map(({ severity, looked }) => `${severity}: ${looked}`)).toEqual([
    'fault: clusterCIDR 192.168.0.0/16 of the configuration, the network 192.168.50.0/24 of eth0',
    'warning: the pod CIDR 10.244.0.0/24 of Node node-0, clusterCIDR 192.168.0.0/16 of the configuration',
  ]);
});

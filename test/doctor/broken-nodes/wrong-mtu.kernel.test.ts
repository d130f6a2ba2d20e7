import { beforeEach, expect, test } from 'vitest';
import { bash } from '../../support/bash.ts';
import { addresses } from '../../support/doctor/broken-nodes/addresses.ts';
import { createTestNode, findingsOf, type TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';
import { patience } from '../../support/patience.ts';

const unavailable = testNodeUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

test('an overlay that is too large for the uplink: full packets are cut, and lost where neither fragments nor ICMP pass', async () => {
  await using node = await createTestNode({ mode: 'nftables' });
  await using _ = await node.other.listen({ protocol: 'tcp', address: farPod, port: 8080, echo: true });
  expect(await sendToFarPod(node.pods[0])).toBe('arrived');
  expect(await fragments(node)).toBe(0);

  for (const end of [node.node, node.other]) {
    await end.exec('ip', ['link', 'set', 'dev', 'eth0', 'mtu', '1400']);
  }
  expect(await sendToFarPod(node.pods[0])).toBe('arrived');
  expect(await fragments(node)).toBeGreaterThan(0);
  await dropFragments(node);
  await dropIcmp(node);
  // The first pod has learnt by ICMP what fits.
  expect(await sendToFarPod(node.pods[1], 60_000, soon)).toBe('lost');

  const { status, report } = await node.doctor();
  const [overlay, pods] = findingsOf(report, 'mtu');
  expect(status).toBe(2);
  expect(overlay).toMatchObject({ severity: 'fault' });
  expect(overlay?.finding).toContain('packets through flannel.1 become 1500 bytes, but eth0 takes 1400');
  expect(overlay?.next).toContain('ip link set dev flannel.1 mtu 1350');
  expect(pods).toMatchObject({ severity: 'warning' });
  expect(pods?.next).toContain('set the MTU of pods to 1350');
});

test("a pod whose end of the veth pair is larger than the node's: its full packets are lost", async () => {
  await using node = await createTestNode({ mode: 'nftables' });
  await using _ = await node.other.listen({ protocol: 'tcp', address: farPod, port: 8080, echo: true });
  expect(await sendToFarPod(node.pods[0], 1390)).toBe('arrived');
  await node.node.exec('ip', ['link', 'set', 'dev', 'veth0', 'mtu', '1400']);
  expect(await sendToFarPod(node.pods[0], 1390, soon)).toBe('lost');
  const { status, report } = await node.doctor(['--only', 'mtu']);
  expect(status).toBe(2);
  expect(findingsOf(report, 'mtu')[0]).toMatchObject({
    severity: 'fault',
    looked: 'pod 10.244.0.5 (veth0): MTU 1450 inside, 1400 on the node',
    next: expect.stringContaining('ip link set dev veth0 mtu 1450'),
  });
});

const farPod = addresses.farPod.IPv4;

/** 60,000 bytes there and back fit into the buffers of both ends; 1,390 become one packet of 1,442. */
async function sendToFarPod(pod: TestNode['node'], bytes = 60_000, seconds = patience / 1000) {
  const talk = `exec 3<>/dev/tcp/${farPod}/8080; read -r answer <&3; head -c ${bytes} /dev/zero >&3; head -c ${bytes} <&3 | wc -c`;
  const received = await pod.exec('timeout', [String(seconds), ...bash, talk]).catch(() => '');
  return received.trim() === String(bytes) ? 'arrived' : 'lost';
}

/** Seconds after which bytes that cannot arrive are taken for lost. */
const soon = 1;

/** As the networks of some clouds do: before they are put together again. */
async function dropFragments({ other }: TestNode): Promise<void> {
  await other.exec('nft', [
    'add table ip cloud; add chain ip cloud fragments { type filter hook prerouting priority -500; }; add rule ip cloud fragments ip frag-off & 0x3fff != 0 drop',
  ]);
}

/** As overzealous firewalls do: then no sender learns what fits. */
async function dropIcmp({ node }: TestNode): Promise<void> {
  await node.exec('nft', [
    'add table ip zeal; add chain ip zeal out { type filter hook output priority 0; }; add rule ip zeal out icmp type destination-unreachable drop',
  ]);
}

/** Fragments that the node made. */
async function fragments({ node }: TestNode): Promise<number> {
  const [names = [], values = []] = (await node.exec('grep', ['^Ip:', '/proc/net/snmp']))
    .split('\n')
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('FragCreates')]);
}

import { beforeEach, describe, expect, test } from 'vitest';
import { inVain, podAsksService } from '../../support/doctor/broken-nodes/ask.ts';
import { nodeToBorrow } from '../../support/doctor/broken-nodes/borrow-node.ts';
import { withSlices } from '../../support/doctor/broken-nodes/change-objects.ts';
import { faultsOf, faultyChecks } from '../../support/doctor/broken-nodes/faults.ts';
import { kubeProxyRules, kubeProxyTable } from '../../support/doctor/broken-nodes/kube-proxy-rules.ts';
import { healthyConfig } from '../../support/doctor/broken-nodes/objects.ts';
import { findingsOf, type TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';
import { iptablesUnavailable } from '../../support/lab/unavailable.ts';

const unavailable = testNodeUnavailable();
const borrowNode = nodeToBorrow();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

/** The pod is gone: the node finds nobody with its address, or gives up waiting for it. */
const lost = /^(EHOSTUNREACH|ETIMEDOUT)$/;
const modes = ['iptables', 'nftables'] as const;

describe('rules that are not as they should be', () => {
  test('two proxies: kube-proxy in iptables came later, and sends connections to a pod of yesterday', async () => {
    await using node = await borrowNode({ mode: 'nftables' });
    await node.program();
    // Of chains of the same priority the kernel asks the youngest first.
    await restore(node, 'iptables-nft-restore', kubeProxyRules());
    expect(await podAsksService(node, inVain)).toMatch(lost);
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['other-proxy', 'service-path']);
    expect(findingsOf(report, 'other-proxy')).toMatchObject([
      {
        finding: expect.stringMatching(
          /kube-proxy's by their names: traffic to default\/web:http \(10\.96\.0\.10\)/,
        ),
        next: expect.stringContaining('delete daemonset kube-proxy'),
      },
    ]);
    expect(findingsOf(report, 'service-path')).toMatchObject([
      {
        finding: expect.stringContaining(
          "10.244.0.99:8080, which is no endpoint of it: the rules are stale, or another proxy's",
        ),
      },
    ]);
  });

  test("two proxies: kube-proxy's table beside mode iptables", async () => {
    await using node = await borrowNode({ mode: 'iptables' });
    await node.program();
    await node.node.exec('nft', ['-f', '-'], { input: kubeProxyTable() });
    expect(await podAsksService(node, inVain)).toMatch(lost);
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['other-proxy', 'service-path']);
    expect(findingsOf(report, 'other-proxy')).toMatchObject([
      {
        finding: expect.stringContaining(
          'table ip kube-proxy stands beside our rules: traffic to default/web:http',
        ),
      },
    ]);
  });

  test('both variants of iptables have the Services', async ({ skip }) => {
    const missing = iptablesUnavailable('legacy');
    skip(missing !== undefined, missing);
    await using node = await borrowNode({ mode: 'iptables' });
    await node.program(['--iptables-variant', 'nft']);
    await restore(node, 'iptables-legacy-restore', kubeProxyRules());
    const { report } = await node.doctor(['--iptables-variant', 'nft']);
    expect(faultyChecks(report)).toContain('iptables-variants');
    expect(findingsOf(report, 'iptables-variants')).toMatchObject([
      { finding: expect.stringContaining('in iptables-nft and in iptables-legacy at once') },
    ]);
  });

  test.each(modes)('mode %s: rules are stale, as nobody programmed a change', async (mode) => {
    await using node = await borrowNode({ mode });
    await node.program();
    await node.writeObjects(
      withSlices(({ endpoints = [] }) => {
        endpoints.shift();
      }),
    );
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['drift', 'service-path']);
    expect(findingsOf(report, 'drift')).toMatchObject([
      { finding: expect.stringMatching(/^IPv4 rules are stale: .*Services: default\/web/) },
      { finding: expect.stringMatching(/^IPv6 rules are stale/) },
    ]);
    expect(faultsOf(report)).toContainEqual(
      expect.stringMatching(
        /service-path: the rules send clients of Service default\/web:http to 10\.244\.0\.5:8080/,
      ),
    );
  });

  test.each(modes)('mode %s: the node is not programmed', async (mode) => {
    await using node = await borrowNode({ mode });
    // Portolan sets this when it starts in mode iptables.
    if (mode === 'iptables') await node.set({ 'net/ipv4/conf/all/route_localnet': '1' });
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['drift', 'service-path']);
    expect(findingsOf(report, 'drift')).toMatchObject([
      { finding: 'IPv4 is not programmed on this node: no Service works here' },
      { finding: 'IPv6 is not programmed on this node: no Service works here' },
    ]);
  });

  test.each(modes)('mode %s: masquerading is missing, and a pod cannot reach itself', async (mode) => {
    await using node = await borrowNode({ mode });
    await node.writeObjects(
      withSlices(({ endpoints = [] }) => {
        endpoints.pop();
      }),
    );
    await node.program();
    expect(await podAsksService(node)).toBe('answered');
    await (mode === 'iptables'
      ? node.node.exec('iptables-nft', ['-t', 'nat', '-F', 'POSTROUTING'])
      : node.node.exec('nft', ['flush', 'chain', 'ip', 'portolan', 'KUBE-POSTROUTING']));
    expect(await podAsksService(node, inVain)).toBe('ETIMEDOUT');
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['drift', 'masquerade', 'service-path']);
    for (const fault of faultsOf(report)) expect(fault).toMatch(/POSTROUTING|masquerad/i);
    const lack =
      mode === 'iptables'
        ? 'POSTROUTING does not lead to KUBE-POSTROUTING'
        : 'KUBE-POSTROUTING has no rule that masquerades';
    expect(findingsOf(report, 'masquerade')).toMatchObject([
      { finding: expect.stringContaining(`masquerading of Services is missing in IPv4: ${lack}`) },
    ]);
  });

  test('clusterCIDR does not hold the pods of the node', async () => {
    await using node = await borrowNode({ mode: 'nftables' });
    const config = JSON.parse(healthyConfig('nftables'));
    await node.writeConfig(JSON.stringify({ ...config, clusterCIDR: '10.250.0.0/16,fd00:10:244::/56' }));
    await node.program();
    const { report } = await node.doctor();
    expect(faultsOf(report)).toContainEqual(
      expect.stringMatching(
        /^masquerade: clusterCIDR 10\.250\.0\.0\/16 does not hold the podCIDR 10\.244\.0\.0\/24/,
      ),
    );
  });

  test.each(modes)('mode %s: the policy of FORWARD drops', async (mode) => {
    await using node = await borrowNode({ mode });
    // Only the other pod: packets of a pod to itself carry the mark, and KUBE-FORWARD accepts those.
    await node.writeObjects(
      withSlices(({ endpoints = [] }) => {
        endpoints.shift();
      }),
    );
    await node.program();
    expect(await podAsksService(node)).toBe('answered');
    await node.node.exec('iptables-nft', ['-P', 'FORWARD', 'DROP']);
    expect(await podAsksService(node, inVain)).toBe('ETIMEDOUT');
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['firewall', 'service-path']);
    for (const fault of faultsOf(report))
      expect(fault).toContain(
        'dropped by the policy DROP of chain FORWARD (iptables-nft filter, hook forward)',
      );
  });

  test("somebody's rule drops what was translated", async () => {
    await using node = await borrowNode({ mode: 'nftables' });
    await node.program();
    const filter = `table inet site {
      chain guard {
        type filter hook forward priority 10
        tcp dport 8080 drop
      }
    }\n`;
    await node.node.exec('nft', ['-f', '-'], { input: filter });
    const { report } = await node.doctor(['--family', 'IPv4']);
    expect(faultyChecks(report)).toStrictEqual(['firewall', 'service-path']);
    expect(findingsOf(report, 'firewall')).toMatchObject([
      {
        finding: expect.stringMatching(
          /dropped by rule 1 of chain guard \(nft inet site, hook forward\): tcp dport 8080 drop/,
        ),
      },
    ]);
  });
});

async function restore({ node }: TestNode, command: string, rules: string): Promise<void> {
  await node.exec(command, ['--noflush'], { input: rules });
}

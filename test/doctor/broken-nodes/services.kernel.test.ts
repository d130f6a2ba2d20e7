import { beforeEach, describe, expect, test } from 'vitest';
import { addresses, ports } from '../../support/doctor/broken-nodes/addresses.ts';
import { nodeToBorrow } from '../../support/doctor/broken-nodes/borrow-node.ts';
import { withSlices } from '../../support/doctor/broken-nodes/change-objects.ts';
import { faultsOf, faultyChecks } from '../../support/doctor/broken-nodes/faults.ts';
import { findingsOf, type TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();
const borrowNode = nodeToBorrow();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

describe('Services that answer nobody', () => {
  test.each(['iptables', 'nftables'] as const)('mode %s: no endpoint', async (mode) => {
    await using node = await borrowNode({ mode });
    await node.writeObjects(
      withSlices((slice) => {
        slice.endpoints = [];
      }),
    );
    await node.program();
    expect(await toService(node)).toStrictEqual({ error: 'ECONNREFUSED' });
    const { report, status } = await node.doctor();
    expect(status).toBe(2);
    expect(faultyChecks(report)).toStrictEqual(['services']);
    expect(findingsOf(report, 'services')).toMatchObject([
      { finding: expect.stringContaining('default/web:http has no endpoint: its selector matches no pod') },
      { looked: expect.stringContaining('IPv6') },
    ]);
  });

  test('a wrong port name', async () => {
    await using node = await borrowNode({ mode: 'nftables' });
    await node.writeObjects(
      withSlices((slice) => {
        slice.ports = [{ name: 'web', protocol: 'TCP', port: ports.target }];
      }),
    );
    await node.program();
    expect(await toService(node)).toStrictEqual({ error: 'ECONNREFUSED' });
    const { report } = await node.doctor(['--service', 'default/web']);
    expect(faultyChecks(report)).toStrictEqual(['services', 'service-path']);
    const sides = "port 'http' (TCP) of the Service; its EndpointSlices have 'web' (TCP)";
    for (const fault of faultsOf(report)) expect(fault).toContain(sides);
  });

  test('pods that are not ready', async () => {
    await using node = await borrowNode({ mode: 'iptables' });
    await node.writeObjects(
      withSlices(({ endpoints = [] }) => {
        for (const endpoint of endpoints) endpoint.conditions = { ready: false, serving: false };
      }),
    );
    await node.program();
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['services']);
    for (const fault of faultsOf(report)) expect(fault).toContain('no ready endpoint of 2: 2 not ready');
  });

  test('one that is in order, when the operator asks about it: connections are made', async () => {
    await using node = await borrowNode({ mode: 'iptables' });
    await node.program();
    const { report } = await node.doctor(['--service', 'default/web', '--family', 'IPv4']);
    expect(faultsOf(report)).toStrictEqual([]);
    expect(findingsOf(report, 'service-path')).toMatchObject([
      {
        severity: 'ok',
        looked: expect.stringContaining('ClusterIP 10.96.0.10:80 open; endpoint 10.244.0.5:8080 open'),
      },
    ]);
  });

  test('a Service that is not there at all, when the operator asks about it', async () => {
    await using node = await borrowNode({ mode: 'nftables' });
    await node.program();
    const { report } = await node.doctor(['--service', 'default/wbe']);
    expect(faultsOf(report)).toStrictEqual([
      expect.stringContaining('Service default/wbe is not served on this node'),
    ]);
  });
});

function toService(node: TestNode) {
  return node.pods[0].connect({
    protocol: 'tcp',
    source: addresses.pods[0].IPv4,
    destination: addresses.service.IPv4,
    port: ports.service,
  });
}

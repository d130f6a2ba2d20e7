import { beforeEach, describe, expect, test } from 'vitest';
import { addresses, ports } from '../../support/doctor/broken-nodes/addresses.ts';
import { nodeToBorrow } from '../../support/doctor/broken-nodes/borrow-node.ts';
import { withSlices } from '../../support/doctor/broken-nodes/change-objects.ts';
import { faultyChecks } from '../../support/doctor/broken-nodes/faults.ts';
import { findingsOf } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();
const borrowNode = nodeToBorrow();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

describe('processes of the node and its Services', () => {
  test('a process has the node port of a Service', async () => {
    await using node = await borrowNode({ mode: 'nftables' });
    await node.program();
    const address = addresses.node.IPv4;
    await using _ = await node.node.listen({ protocol: 'tcp', address, port: ports.node });
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual(['node-ports']);
    expect(findingsOf(report, 'node-ports')).toMatchObject([
      {
        finding: expect.stringMatching(
          /node port 30080\/TCP of default\/web:http is taken by .* \(pid \d+\)/,
        ),
      },
    ]);
  });

  test('node ports outside the range that the API server allocates', async () => {
    await using node = await borrowNode({ mode: 'iptables' });
    await node.program();
    const { report, status } = await node.doctor(['--node-port-range', '31000-32000']);
    expect(status).toBe(1);
    expect(findingsOf(report, 'node-ports')).toMatchObject([
      { severity: 'warning', finding: expect.stringContaining('30080/TCP of default/web:http is outside') },
    ]);
  });

  test('an endpoint with hostNetwork is served by a process, or by nobody', async () => {
    await using node = await borrowNode({ mode: 'nftables' });
    await node.writeObjects(
      withSlices((slice) => {
        const address = slice.metadata.name.endsWith('ipv4') ? addresses.node.IPv4 : addresses.node.IPv6;
        slice.endpoints = [{ addresses: [address], nodeName: 'node-0' }];
      }),
    );
    await node.program();
    const deserted = await node.doctor();
    expect(faultyChecks(deserted.report)).toStrictEqual(['host-network']);
    expect(findingsOf(deserted.report, 'host-network')).toMatchObject([
      { finding: expect.stringContaining('192.168.50.10:8080 of default/web:http is this node itself') },
      { finding: expect.stringContaining('[fd00:50::10]:8080') },
    ]);
    await using listening = new AsyncDisposableStack();
    for (const address of [addresses.node.IPv4, addresses.node.IPv6])
      listening.use(await node.node.listen({ protocol: 'tcp', address, port: ports.target }));
    const { report } = await node.doctor();
    expect(faultyChecks(report)).toStrictEqual([]);
  });
});

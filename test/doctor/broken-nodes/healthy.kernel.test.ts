import { beforeEach, describe, expect, test } from 'vitest';
import { everybodyAsks } from '../../support/doctor/broken-nodes/ask.ts';
import { nodeToBorrow } from '../../support/doctor/broken-nodes/borrow-node.ts';
import type { TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();
const borrowNode = nodeToBorrow();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

describe.each(['iptables', 'nftables'] as const)('a healthy node in mode %s', (mode) => {
  test('serves everybody, and doctor finds nothing wrong', async () => {
    await using node = await borrowNode({ mode });
    await node.program();
    expect(new Set(Object.values(await everybodyAsks(node)))).toEqual(new Set(['answered']));
    const { status, report } = await node.doctor();
    const notOk = report.checks.flatMap(({ check, findings }) =>
      findings.filter(({ severity }) => severity !== 'ok').map((finding) => ({ check, ...finding })),
    );
    expect(notOk).toEqual([]);
    expect({ status, worst: report.worst, node: report.node }).toEqual({
      status: 0,
      worst: 'ok',
      node: 'node-0',
    });
  });

  test('doctor leaves rules, settings, routes and neighbours as they were', async () => {
    await using node = await borrowNode({ mode });
    await node.program();
    const before = await stateOf(node);
    await node.doctor();
    expect(await stateOf(node)).toEqual(before);
  });
});

/** Everything that doctor looks at, without counters and times. */
function stateOf({ node }: TestNode): Promise<string> {
  return node.exec('sh', [
    '-c',
    `nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*//'
     ip -d link | sed 's/[a-z_]*timer *[0-9.]*//g'; ip address; ip route show table all; ip -6 route show table all; ip rule
     ip neighbour | grep PERMANENT; bridge fdb | grep permanent
     grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all /proc/sys/net/bridge 2>/dev/null || true`,
  ]);
}

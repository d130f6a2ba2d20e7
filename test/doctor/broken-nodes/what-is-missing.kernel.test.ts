import { spawnSync } from 'node:child_process';
import { beforeEach, expect, test } from 'vitest';
import type { DoctorReport } from '../../../src/doctor/check.ts';
import { createTestNode, findingsOf, type TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

test('without the API server the node is checked all the same', async () => {
  await using node = await createTestNode({ mode: 'nftables' });
  await node.program();
  await node.set({ 'net/ipv4/ip_forward': '0' });
  const { status, report } = await node.doctorWithout('objects');
  expect(status).toBe(2);
  expect(findingsOf(report, 'objects')).toMatchObject([
    { severity: 'fault', finding: expect.stringMatching(/^the objects cannot be read: .*ECONNREFUSED/) },
  ]);
  expect(findingsOf(report, 'forwarding')).toContainEqual(expect.objectContaining({ severity: 'fault' }));
  expect(severitiesOf(report, 'mtu', 'bridge-nf-call-iptables', 'hairpin', 'conntrack')).toEqual(
    new Set(['ok']),
  );
  expect(severitiesOf(report, 'services', 'drift', 'node-ports')).toEqual(new Set(['unknown']));
});

test('without root, what only root can read is unknown, with the reason', async ({ skip }) => {
  skip(!nobodyReads(import.meta.filename), 'this checkout can be read by root alone');
  await using node = await createTestNode({ mode: 'nftables' });
  await node.program();
  const { status, report } = await node.doctorWithout('root');
  expect(status).toBe(0);
  expect(severitiesOf(report, 'objects', 'cidrs', 'forwarding', 'rp-filter', 'mtu', 'services')).toEqual(
    new Set(['ok']),
  );
  expect(findingsOf(report, 'drift')).toMatchObject([
    { severity: 'unknown', finding: expect.stringContaining('not permitted') },
  ]);
  expect(findingsOf(report, 'mtu')[0]?.looked).toContain(
    "the pod's end of 3 of 3 veth devices is not visible from here",
  );
});

test('pods of another node on the same machine are not taken for those of this one', async () => {
  // Both have the same addresses and interface numbers.
  await using one = await createTestNode({ mode: 'nftables' });
  await using other = await createTestNode({ mode: 'nftables' });
  const asks = (node: TestNode) => node.node.exec('ip', ['neighbour', 'get', '10.244.0.5', 'dev', 'cni0']);
  for (const node of [one, other]) {
    await node.program();
    await node.pods[0].exec('bash', ['--norc', '-c', 'exec 3<>/dev/tcp/10.244.0.1/1 || true']);
    expect(await asks(node)).toContain('lladdr');
    expect(findingsOf((await node.doctor(['--only', 'neighbours'])).report, 'neighbours')).toMatchObject([
      { severity: 'ok' },
    ]);
  }
});

function nobodyReads(file: string): boolean {
  const { status } = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'cat', file]);
  return status === 0;
}

function severitiesOf({ checks }: DoctorReport, ...names: readonly string[]): ReadonlySet<string> {
  return new Set(checks.filter(({ check }) => names.includes(check)).map(({ severity }) => severity));
}

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createPluginNode, type PluginNode } from '../support/cni/plugin-node.ts';
import { configuration, pairs, plugin, reservations } from '../support/cni/portolan-node.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';

/** A call is killed when it makes a system call that changes something, before that is done: the first such, the second, … */
const missing = labUnavailable() ?? straceUnavailable();

test.skipIf(missing).for(['sendto', 'rename', 'setns', 'mkdir', 'flock'])(
  'ADD, killed at each %s, can be repeated, or followed by DEL alone',
  async (systemCall) => {
    await using node = await createPluginNode(plugin, 1);
    let killed = 0;
    for (let which = 1; await killAt(node, 'ADD', systemCall, which); which += 2) {
      killed += 1;
      await expectRepeated(node);
      await killAt(node, 'ADD', systemCall, which + 1);
      await expectDeleted(node);
    }
    expect(killed).toBeGreaterThan(0);
  },
);

test.skipIf(missing).for(['sendto', 'unlink', 'flock'])(
  'DEL, killed at each %s, is done by the next',
  async (systemCall) => {
    await using node = await createPluginNode(plugin, 1);
    const [container] = node.containers;
    const input = configuration(node);
    let killed = 0;
    for (let which = 1; ; which += 1) {
      expect(await node.call('ADD', { container, input })).toMatchObject({ status: 0 });
      if (!(await killAt(node, 'DEL', systemCall, which))) break;
      killed += 1;
      await expectDeleted(node);
    }
    expect(killed).toBeGreaterThan(0);
  },
);

/** Tells whether the call got so far. */
async function killAt(
  node: PluginNode,
  operation: string,
  systemCall: string,
  which: number,
): Promise<boolean> {
  const [container = ''] = node.containers;
  const inject = `inject=${systemCall}:signal=SIGKILL:when=${which}`;
  const { status } = await node.call(operation, {
    container,
    input: configuration(node),
    launcher: ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${systemCall}`, '-e', inject],
  });
  return status !== 0;
}

async function expectRepeated(node: PluginNode): Promise<void> {
  const [container] = node.containers;
  const input = configuration(node);
  const before = await pairs(node);
  const { status, output } = await node.call('ADD', { container, input });
  // One that was killed when all was done: nothing is half-made then.
  if (status !== 0) expect([output?.code, before]).toMatchObject([103, [{ ifalias: expect.any(String) }]]);
  expect(await pairs(node)).toMatchObject([{ ifalias: expect.any(String), operstate: 'UP', master: 'cni0' }]);
  expect(await node.ip('address show eth0', container)).toMatchObject([
    { operstate: 'UP', addr_info: [{ family: 'inet' }, { family: 'inet6' }, { scope: 'link' }] },
  ]);
  expect(await reservations(node)).toHaveLength(2);
  await expectDeleted(node);
}

async function expectDeleted(node: PluginNode): Promise<void> {
  const [container] = node.containers;
  expect(await node.call('DEL', { container, input: configuration(node) })).toMatchObject({ status: 0 });
  expect([
    await pairs(node),
    await reservations(node),
    await node.ip('link show type veth', container),
  ]).toEqual([[], [], []]);
}

function straceUnavailable(): string | undefined {
  const { status } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']);
  return status === 0 ? undefined : 'strace is not installed, or may not trace';
}

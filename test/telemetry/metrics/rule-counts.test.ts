import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { RuleTool } from '../../../src/iptables/rule-tool.ts';
import { Instruments } from '../../../src/telemetry/metrics/instruments.ts';
import { countedTool, RuleCounts } from '../../../src/telemetry/metrics/rule-counts.ts';
import { sample } from '../../support/telemetry/samples.ts';

const input = [
  '*mangle\n-A KUBE-X -j RETURN\nCOMMIT\n*filter\n',
  '-A KUBE-FORWARD -j ACCEPT\n-I INPUT 1 -j KUBE-FIREWALL\nCOMMIT\n',
  '*nat\n:KUBE-SVC-A - [0:0]\n-A KUBE-SVC-A -j KUBE-SEP-A\n',
  '-D KUBE-SERVICES -j KUBE-SVC-B\n-X KUBE-SVC-B\nCOMMIT\n',
];

const saved = [
  ['*filter', ':INPUT ACCEPT [0:0]', '-A INPUT -j KUBE-FIREWALL', '-A INPUT -p tcp -j ACCEPT', 'COMMIT'],
  ['*nat', '-A KUBE-SVC-A -j KUBE-SEP-A', '-A KUBE-SEP-A -j DNAT', '-A DOCKER -j RETURN', 'COMMIT'],
].flat();

function start() {
  const registry = new Registry();
  const counts = new RuleCounts();
  counts.register(new Instruments(registry));
  const kernel = { saved: [] as readonly string[], fails: false, written: [] as string[] };
  const bare: RuleTool = {
    batchSize: 'all',
    async *save() {
      yield* kernel.saved;
    },
    async restore(pieces) {
      kernel.written.push(...pieces);
      if (kernel.fails) throw new Error('refused');
    },
  };
  const tool = countedTool(bare, 'IPv4', counts);
  return {
    counts,
    tool,
    kernel,
    read: () => Array.fromAsync(tool.save()),
    /** filter, nat */
    async numbers(what: 'total' | 'last') {
      const text = await registry.metrics();
      return ['filter', 'nat'].map((table) =>
        sample(text, `kubeproxy_sync_proxy_rules_iptables_${what}{ip_family="IPv4",table="${table}"}`),
      );
    },
  };
}

test('everything passes as it is', async () => {
  const { tool, kernel, read } = start();
  kernel.saved = saved;
  expect(await read()).toEqual(saved);
  await tool.restore(input);
  expect(kernel.written).toEqual(input);
});

test('what a sync writes is counted, over all its calls', async () => {
  const { tool, counts, numbers } = start();
  await tool.restore(input);
  await tool.restore(input);
  expect(await numbers('last')).toEqual([4, 2]);
  counts.syncStarts('IPv4');
  await tool.restore(input);
  expect(await numbers('last')).toEqual([2, 1]);
});

test('what the kernel refuses does not count', async () => {
  const { tool, kernel, numbers } = start();
  kernel.fails = true;
  await expect(tool.restore(input)).rejects.toThrow('refused');
  expect(await numbers('last')).toEqual([0, 0]);
});

test('the total is of our rules that the kernel has', async () => {
  const { kernel, read, numbers } = start();
  kernel.saved = saved;
  await read();
  expect(await numbers('total')).toEqual([1, 2]);
});

test('until the kernel is read again, the total on a node without rules is what was written', async () => {
  const { tool, counts, kernel, read, numbers } = start();
  await read();
  await tool.restore(input);
  counts.syncStarts('IPv4');
  await tool.restore(input);
  expect(await numbers('total')).toEqual([4, 2]);
  kernel.saved = saved;
  await read();
  expect(await numbers('total')).toEqual([1, 2]);
});

test('a reading during which something is written does not count', async () => {
  const { tool, kernel, numbers } = start();
  kernel.saved = saved;
  for await (const line of tool.save())
    if (line === '*nat') await tool.restore(['*nat\n-A KUBE-X -j RETURN\n']);
  expect(await numbers('total')).toEqual([0, 1]);
});
